import type { ChannelKind } from "../alerts/routing/types";
import type { RawAlerts } from "./alerts-schema";
import type { SecretKind } from "./given-secrets";
import { nearest } from "./suggest";

/** The stack secrets `alerts:<channel>` and `alerts:deadMansSwitch`. */

export const deadMansSwitch = "deadMansSwitch";

/** What a kind of channel keeps secret; of e-mail only where somebody signs in. */
export const secretOf: Readonly<Record<ChannelKind, { readonly what: string; readonly example: string }>> = {
  email: { what: "the password of its mail account", example: "<password>" },
  slack: { what: "the address of its incoming web hook", example: "https://hooks.slack.com/services/..." },
  teams: { what: "the address of its workflow", example: "https://<...>.logic.azure.com/workflows/..." },
  webhook: { what: "its address", example: "https://alerts.example.org/..." },
  pagerduty: { what: "the integration key of its service (Events API v2)", example: "<32 characters>" },
};

export interface KnownChannels extends Pick<RawAlerts, "channels"> {
  /** True of channels that are there, but malformed. */
  readonly isBroken: (name: string) => boolean;
}

export function alertKind(key: string, { channels = {}, isBroken }: KnownChannels): SecretKind {
  if (key === deadMansSwitch) return addressKind("the address of whoever misses its calls");
  const channel = Object.hasOwn(channels, key) ? channels[key] : undefined;
  if (channel === undefined && isBroken(key)) return { target: "given", strong: "any", weakness: () => undefined, remedy: () => "" };
  if (channel === undefined) {
    const names = [...Object.keys(channels), deadMansSwitch];
    const close = nearest(key, names);
    const allowed = `${deadMansSwitch}, or the name of a channel`;
    return { allowed, fix: close === undefined ? `name a channel ${key} under alerts.channels, or run \`pulumi config rm alerts:${key}\`` : `did you mean alerts:${close}?` };
  }
  const { what } = secretOf[channel.kind];
  if (channel.kind === "email" || channel.kind === "pagerduty") {
    const weakness = (value: string): string | undefined =>
      value.trim() === "" ? "empty" : channel.kind === "pagerduty" && !/^[0-9a-zA-Z]{32}$/.test(value.trim()) ? "not an integration key" : undefined;
    return { target: "given", strong: channel.kind === "email" ? "a password" : "32 letters and digits", weakness, remedy: (full) => `give ${what}: \`pulumi config set --secret ${full}\`` };
  }
  return addressKind(what);
}

function addressKind(what: string): SecretKind {
  return {
    target: "given",
    strong: "an http:// or https:// address",
    weakness: (value) => (value.trim() === "" ? "empty" : isAddress(value.trim()) ? undefined : "not an address"),
    remedy: (full) => `give ${what}, https://...: \`pulumi config set --secret ${full}\``,
  };
}

function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}
