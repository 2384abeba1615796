import type { Rule } from "../rule";
import { edgesOf, encrypted } from "../view/texts";
import { at, shown } from "../view/values";

/** Half a year; browsers' own lists want a year. */
const leastSeconds = 15_552_000;

export const hsts: Rule = {
  name: "hsts",
  description: `Browsers are told to use HTTPS only, for at least ${leastSeconds} s.`,
  why: "Without it, the first request of every visit can be led astray.",
  source: "X1",
  check(resource) {
    const { type, props } = resource;
    if (type === "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy") {
      const seconds = at(props, "securityHeadersConfig", "strictTransportSecurity", "accessControlMaxAgeSec");
      return typeof seconds === "symbol" || Number(seconds) >= leastSeconds ? [] : [`strictTransportSecurity is ${shown(seconds)}; set accessControlMaxAgeSec to at least ${leastSeconds}`];
    }
    return edgesOf(resource).flatMap(encrypted).filter(({ head }) => !/^frontend (admin|stats|status)\b/.test(head)).flatMap(({ head, lines }) => {
      const seconds = lines.map((line) => /set-header Strict-Transport-Security "?max-age=(\d+)/i.exec(line)?.[1]).find((text) => text !== undefined);
      return seconds !== undefined && Number(seconds) >= leastSeconds ? [] : [`"${head}" sends ${seconds === undefined ? "no Strict-Transport-Security" : `max-age=${seconds}`}; write http-after-response set-header Strict-Transport-Security "max-age=31536000"`];
    });
  },
};
