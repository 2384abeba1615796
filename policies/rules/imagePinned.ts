import { dockerRemoteImage, type Rule } from "../rule";
import { containersOf } from "../view/container";

const builtHere = /^(stackbook-[a-z0-9._-]+)\/[a-z0-9._/-]+:[A-Za-z0-9_.-]+-[0-9a-f]{12}$/;
const pinned = /(^|@)sha256:[0-9a-f]{64}$/;

export const imagePinned: Rule = {
  name: "image-pinned",
  description: "An image is named by its digest, or was built here under a tag that holds the hash of its content; never `latest`.",
  why: "A tag can be moved: the same release must be the same bytes tomorrow, and after a rollback.",
  source: "X4, D3",
  check(resource) {
    const own = resource.type === dockerRemoteImage ? [{ at: "", image: resource.props["name"] }] : [];
    return [...own, ...containersOf(resource)].flatMap(({ at, image }) => {
      if (typeof image !== "string" || pinned.test(image) || builtHere.test(image)) return [];
      return [`${at}image is ${JSON.stringify(image)}; append its digest: ${image.replace(/@.*$/, "")}@sha256:<64 hexadecimal digits>`];
    });
  },
};
