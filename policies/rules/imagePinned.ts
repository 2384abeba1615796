import { dockerContainer, dockerRemoteImage, type Rule } from "../rule";

const builtHere = /^(stackbook-[a-z0-9._-]+)\/[a-z0-9._/-]+:[A-Za-z0-9_.-]+-[0-9a-f]{12}$/;
const pinned = /(^|@)sha256:[0-9a-f]{64}$/;

/** X4, B2: the same release is the same bytes, tomorrow as well. */
export const imagePinned: Rule = {
  name: "image-pinned",
  description: "An image is named by its digest, or was built here under a tag that holds the hash of its content.",
  types: [dockerContainer, dockerRemoteImage],
  check(props) {
    const reference = props["image"] ?? props["name"];
    if (typeof reference !== "string" || pinned.test(reference) || builtHere.test(reference)) return [];
    return [`image is ${JSON.stringify(reference)}; append its digest: ${reference.replace(/@.*$/, "")}@sha256:<64 hexadecimal digits>`];
  },
};
