import { dockerContainer, type Rule } from "../rule";

/** X4: no privilege, no added capability, no host namespaces, no engine socket. */
export const noPrivilege: Rule = {
  name: "no-privilege",
  description: "Nothing lets a container out of itself: privileges, capabilities, the host's namespaces, the engine's socket.",
  types: [dockerContainer],
  check(props) {
    const problems: string[] = [];
    if (props["privileged"] === true) problems.push("privileged is true; remove it");
    const capabilities = props["capabilities"] as { adds?: string[]; drops?: string[] } | undefined;
    if ((capabilities?.adds ?? []).length > 0) problems.push(`capabilities.adds is ${JSON.stringify(capabilities?.adds)}; remove it`);
    if (!(capabilities?.drops ?? []).some((drop) => drop.replace(/^CAP_/, "") === "ALL")) problems.push(`capabilities.drops lacks "ALL"; add it`);
    for (const mode of ["networkMode", "pidMode", "ipcMode"]) {
      if (props[mode] === "host") problems.push(`${mode} is "host"; remove it`);
    }
    const securityOpts = Array.isArray(props["securityOpts"]) ? (props["securityOpts"] as string[]) : [];
    if (!securityOpts.some((opt) => /^no-new-privileges(:true)?$/.test(opt))) problems.push(`securityOpts lacks "no-new-privileges:true"; add it`);
    const mounts = JSON.stringify([props["mounts"] ?? [], props["volumes"] ?? []]);
    if (/docker\.sock|containerd\.sock/.test(mounts)) problems.push("it mounts the engine's socket; who holds it is root on the host, so find another way");
    return problems;
  },
};
