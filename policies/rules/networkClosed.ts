import { dockerNetwork, type Rule } from "../rule";
import { ownWords } from "../view/labels";
import { dockerLabels } from "../view/docker";

export const networkClosed: Rule = {
  name: "network-closed",
  description: "A store's network has no way out, and takes no container by hand.",
  why: "What gets into a database must not be able to call home with it.",
  source: "X2",
  check({ props, type }) {
    if (type !== dockerNetwork) return [];
    const { service = "" } = ownWords(dockerLabels(props));
    return [
      ...(["database", "cache"].includes(service) && props["internal"] === false ? [`the network of a ${service} is not internal; set internal: true`] : []),
      ...(props["attachable"] === true ? ["attachable is true; remove it: anybody on the engine could join"] : []),
      ...(props["driver"] === "host" || props["driver"] === "macvlan" ? [`driver is "${props["driver"]}"; use "bridge"`] : []),
    ];
  },
};
