/** Everything the page looks like; colours have 4.5:1 on their ground, and no state is told by colour alone. */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --operational: #1a7f37; --degraded: #9a6700; --outage: #cf222e; --maintenance: #0969da; --unknown: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #30363d; --operational: #3fb950; --degraded: #d29922; --outage: #f85149; --maintenance: #58a6ff; --unknown: #8b949e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main, header, footer { max-width: 56rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
a { color: inherit; }
.overall { border: 1px solid var(--line); border-left: .5rem solid var(--state); border-radius: .4rem; padding: .9rem 1rem; font-weight: 600; font-size: 1.1rem; }
.operational { --state: var(--operational); } .degraded { --state: var(--degraded); } .outage { --state: var(--outage); } .maintenance { --state: var(--maintenance); } .unknown { --state: var(--unknown); }
.system, .incident { border: 1px solid var(--line); border-radius: .4rem; padding: .9rem 1rem; margin: 0 0 .75rem; }
.incident { border-left: .5rem solid var(--state); }
.row { display: flex; justify-content: space-between; gap: 1rem; flex-wrap: wrap; align-items: baseline; }
.state { color: var(--state); font-weight: 600; }
.days { display: flex; gap: 2px; height: 2.2rem; margin: .6rem 0 .2rem; padding: 0; list-style: none; align-items: flex-end; }
.days li { flex: 1 1 0; min-width: 1px; height: 100%; background: var(--state); border-radius: 1px; }
.days .degraded { height: 80%; } .days .outage { height: 55%; } .days .maintenance { height: 80%; }
.days .unknown { height: 30%; background: none; border: 1px solid var(--unknown); opacity: .6; }
.soft, time { color: var(--soft); font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
.updates { list-style: none; padding: 0; margin: .5rem 0 0; } .updates li { border-top: 1px solid var(--line); padding: .4rem 0; overflow-wrap: anywhere; white-space: pre-line; }
details { font-size: .9rem; } details ul { margin: .3rem 0; }
footer { padding: 2rem 1rem; color: var(--soft); font-size: .9rem; }
@media (max-width: 34rem) { .days li:nth-child(-n+45) { display: none; } .early::after { content: "45 days ago"; } .early span { display: none; } }
@media (forced-colors: active) { .days li, .overall, .incident { forced-color-adjust: none; } }
`;
