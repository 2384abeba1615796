import type { Rule } from "../rule";
import { holdsData } from "../view/holdsData";
import { cloudDatabases } from "../view/stores";
import { at } from "../view/values";

export const dataProtected: Rule = {
  name: "data-protected",
  description: "What holds data, or opens it, is protected: no update deletes or replaces it without an explicit word.",
  why: "A slip in a name is enough for an update to delete a database and make an empty one.",
  source: "X7, decision 11 of the design",
  // A dev stack may say `protectData: false`, to be taken down with one command.
  inDev: "advisory",
  check(resource) {
    const { props, protect, type } = resource;
    if (!holdsData(resource)) return [];
    return [
      ...(protect === false ? ["it is not protected; set protect: true among its resource options (stackbook:protectData), and `pulumi state unprotect` is the word to take it away"] : []),
      ...(cloudDatabases.includes(type) && at(props, "deletionProtection") !== true ? ["deletionProtection is not true; set it: AWS then refuses as well"] : []),
      ...(cloudDatabases.includes(type) && at(props, "skipFinalSnapshot") === true ? ["skipFinalSnapshot is true; remove it, and name finalSnapshotIdentifier"] : []),
      ...(at(props, "forceDestroy") === true ? ["forceDestroy is true; remove it: destroying the stack would delete what lies in it"] : []),
    ];
  },
};
