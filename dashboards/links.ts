import type { Link } from "./model";

/** Address of a link inside Grafana or outside. The time span goes along where it leads to a dashboard. */
export function linkUrl(link: Link): string {
  if ("url" in link) return link.url;
  const variables = Object.entries(link.variables ?? {}).map(([name, value]) => `&var-${name}=${value}`);
  return `/d/${link.board}?\${__url_time_range}${variables.join("")}`;
}
