import { createHash } from "node:crypto";
import type { FullModel } from "./haproxy";
import { backendName, routeFlags } from "./names";

/**
 * Ends open WebSockets when a planned window opens: rules are asked only when a request begins, and such a connection
 * would go on for hours. Plain requests that are in work are left to end. What opens by an update needs none of this:
 * the reload gives old connections their time, and no more.
 */
function text(closings: readonly { readonly at: number; readonly backends: readonly string[] }[]): string {
  const rows = closings.map(({ at, backends }) => `  { at = ${at}, backends = { ${backends.map((name) => `"${name}"`).join(", ")} } },`);
  return `-- Written by Stackbook's route writer. When visitors are turned away, in seconds since 1970, soonest first.
local closings = {
${rows.join("\n")}
}

core.register_task(function()
  for _, closing in ipairs(closings) do
    -- What had begun before this process did was seen to by the reload.
    if closing.at > core.now().sec then
      -- In small steps: the clock may be set meanwhile.
      while core.now().sec < closing.at do
        core.sleep(math.min(60, math.max(1, closing.at - core.now().sec)))
      end
      for _, name in ipairs(closing.backends) do
        local proxy = core.proxies[name]
        for _, server in pairs(proxy and proxy.servers or {}) do
          server:shut_sess()
        end
      end
    end
  end
end)
`;
}

/** Undefined: no window is planned for a system that has WebSockets. */
export function closeTunnelsLua({ systems }: Pick<FullModel, "systems">): { readonly fileName: string; readonly text: string } | undefined {
  const byMoment = new Map<number, string[]>();
  for (const system of systems) {
    if (system.closed?.kind !== "maintenance") continue;
    const backends = [...new Set(system.routes.filter(({ websocket }) => websocket === true).map((route) => backendName(system, route.service, routeFlags(system, route))))];
    for (const { from } of system.closed.windows) if (from !== undefined && backends.length > 0) byMoment.set(from, [...(byMoment.get(from) ?? []), ...backends]);
  }
  if (byMoment.size === 0) return undefined;
  const lua = text([...byMoment].sort(([a], [b]) => a - b).map(([at, backends]) => ({ at, backends: [...new Set(backends)].sort() })));
  return { fileName: `close-tunnels-${createHash("sha256").update(lua).digest("hex").slice(0, 8)}.lua`, text: lua };
}
