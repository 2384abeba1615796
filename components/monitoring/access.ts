import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Characters; 190 bits, as a store's password. */
const length = 32;

/** What opens the monitoring's pages: generated, never a default (X3). It opens no data, so it is not protected. */
export class MonitoringAccess {
  readonly operator: { readonly user: string; readonly password: pulumi.Output<string> };
  readonly grafana: { readonly user: string; readonly password: pulumi.Output<string>; readonly secretKey: pulumi.Output<string> };

  constructor(parent: pulumi.Resource) {
    const secret = (name: string): pulumi.Output<string> =>
      pulumi.secret(new random.RandomPassword(`monitoring-${name}`, { length, special: false }, { parent }).result);
    this.operator = { user: "operator", password: secret("operatorPassword") };
    this.grafana = { user: "admin", password: secret("grafanaPassword"), secretKey: secret("grafanaSecretKey") };
  }
}
