import { dockerVolume, randomPassword, type Resource } from "../rule";
import { dockerLabels } from "./docker";
import { ownWords } from "./labels";
import { isHolder } from "./stores";
import { pairsAt } from "./values";

/** Volumes that can be filled again from elsewhere, by the service they belong to. */
const refillable = /(-config|-scratch|^backup|^drill|^restore|-log|^prometheus|^loki|^alertmanager|^collector|^status|^grafana)$|-config$/;

/** Passwords that are told to their store at every update: new ones only have to be told again. */
const retold = /-(monitorPassword|passKey)$|^edge-|^grafana-(admin|operator)/;

/** Whether what nobody could bring back goes when this is deleted: data, or what opens it. */
export function holdsData(resource: Resource): boolean {
  const { name, props, type } = resource;
  if (type === dockerVolume) {
    const { role, service = "" } = ownWords(dockerLabels(props));
    return (role === undefined || role === "volume") && !refillable.test(service);
  }
  if (type === randomPassword) return !retold.test(name);
  if (!isHolder(type)) return false;
  const { service = "" } = ownWords({ ...Object.fromEntries(pairsAt(props, "metadata", "labels")), ...Object.fromEntries(pairsAt(props, "tags")) });
  return !refillable.test(service);
}
