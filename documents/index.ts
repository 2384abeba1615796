import { renderCloudWatchReference } from "../alerts/cloudwatch/reference";
import { renderAlertsReference } from "../alerts/reference";
import { renderReference } from "../config/reference";
import { renderPlatforms } from "./platforms";
import { renderPolicies } from "./policies";
import { exampleRunbook, runbookFolder } from "./runbook";

/** Folders that hold generated pages and nothing else: a page that is no longer made is removed. */
export const generatedFolders: readonly string[] = [runbookFolder];

/** Pages of docs/ that are written from data, by path. `npm run docs` writes them; a test compares, so that none goes stale. */
export function generatedPages(): Readonly<Record<string, string>> {
  return {
    "docs/configuration.md": renderReference(),
    "docs/alerts.md": renderAlertsReference(),
    "docs/cloudwatch.md": renderCloudWatchReference(),
    "docs/platforms.md": renderPlatforms(),
    "docs/policies.md": renderPolicies(),
    ...exampleRunbook(),
  };
}
