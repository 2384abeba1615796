import { fetms } from "../systems/fetms";
import { fill, pageConfig } from "./page";

/**
 * index.html of the one static frontend. Version and address of the API stay placeholders: Dockerfile.web puts them
 * in, as FETMS's runbook bakes the address into each build.
 */
export function staticPage(template: string, stylePath: string, scriptPath: string): string {
  const config = pageConfig(fetms, "__VERSION__", "__API_URL__");
  return fill(template, config, `<link rel="stylesheet" href="${stylePath}">`, `<script src="${scriptPath}" defer></script>`);
}
