export { alertRows, defaultEscalationMinutes, everything, watched } from "./catalogue";
export { renderPrometheusRules } from "./prometheus";
export { thresholdLines, thresholdProblems, withOverrides, type ThresholdLine } from "./thresholds";
export * from "./types";
