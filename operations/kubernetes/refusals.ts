/**
 * Commands that need a container engine, each with what does the same on a cluster. `<system>` and `<stack>` stand as they
 * are; `{prefix}` is the beginning of the stack's namespaces. All others work there.
 */
export const refusals: Readonly<Record<string, readonly string[]>> = {
  status: ["kubectl get deployments,statefulsets,pods -A -l stackbook.stack={stack}", "pulumi stack output systems"],
  health: ["kubectl get pods -A -l stackbook.stack={stack}: READY says what its probes say", "kubectl -n {prefix}-<system> describe pod <pod>"],
  logs: ["kubectl -n {prefix}-<system> logs -l stackbook.service=backend --prefix --timestamps --since=1h -f"],
  metrics: ["kubectl -n {prefix}-<system> top pods"],
  exec: ["kubectl -n {prefix}-<system> exec -it deploy/backend-a -- sh"],
  open: ["pulumi stack output systems: each one's url"],
  incident: ["Tell people by the channels you have: there is no status page yet."],
  recover: ["docs/backups.md, \"By hand\": gpg and the database's own tools bring everything back."],
  deploy: ["Write the version and its images into Pulumi.{stack}.yaml, then: pulumi up", "A backup is taken and its migration run first, and a version that doesn't get ready leaves the one before serving."],
  rollback: ["Put the stack file of before back (git revert), then: pulumi up", "Data: npx stackbook restore <system>"],
  rotate: ["Raise the counter under rotations in Pulumi.{stack}.yaml, then: pulumi up; docs/operations.md has the counters"],
  check: ["kubectl get pods,events -A -l stackbook.stack={stack}"],
  policy: ["pulumi preview --policy-pack policies --stack {stack}"],
  report: ["The cluster's own monitoring has the figures."],
  evidence: ["kubectl -n {prefix}-<system> get pods,events -o yaml", "kubectl -n {prefix}-<system> logs --all-containers -l stackbook.system=<system> --tail=-1"],
  "emergency-stop": ["kubectl -n {prefix}-<system> scale deployments,statefulsets --all --replicas=0", "Then record it, so that no update starts it again: systems.<system>.halted in Pulumi.{stack}.yaml, docs/kubernetes.md has its words"],
  resume: ["Take systems.<system>.halted out of Pulumi.{stack}.yaml, then: pulumi up"],
  restart: ["kubectl -n {prefix}-<system> rollout restart deployment/backend-a"],
  db: ["kubectl -n {prefix}-<system> exec -it statefulset/database -- bash"],
  cache: ["kubectl -n {prefix}-<system> exec -it statefulset/cache -- redis-cli"],
  updates: ["kubectl get pods -A -l stackbook.stack={stack} -o jsonpath='{..image}'"],
};
