export { connect } from "./connect";
export type { Container, ContainerState, Ended, Engine, ExecOptions, Image, Labels, LogLine, LogOptions, RestartPolicy, Stats, Terminal, Volume } from "./engine";
