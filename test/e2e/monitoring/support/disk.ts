import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A small disk of its own, so that filling it hurts nobody: a file with ext4 in it, mounted through a loop device. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  get mountpoint(): string {
    return path.join(this.folder, "disk");
  }

  /** Undefined where this user may not mount: only root may, and not in every container. */
  static async mount(sizeMiB: number): Promise<SmallDisk | undefined> {
    const disk = new SmallDisk(fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-disk-")));
    const image = path.join(disk.folder, "image");
    fs.mkdirSync(disk.mountpoint);
    fs.closeSync(fs.openSync(image, "w"));
    fs.truncateSync(image, sizeMiB * 1024 * 1024);
    try {
      await run("mkfs.ext4", ["-q", "-m", "0", image]);
      await run("mount", ["-o", "loop", image, disk.mountpoint]);
      // The exporter that looks at it is nobody in particular.
      fs.chmodSync(disk.folder, 0o755);
      return disk;
    } catch {
      fs.rmSync(disk.folder, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Writes until this part of it is used. */
  fill(usedPercent: number): void {
    const { blocks, bavail, bsize } = fs.statfsSync(this.mountpoint);
    const wanted = Math.max(0, bavail - Math.floor((blocks * (100 - usedPercent)) / 100)) * bsize;
    fs.writeFileSync(path.join(this.mountpoint, "filler"), Buffer.alloc(wanted));
  }

  empty(): void {
    fs.rmSync(path.join(this.mountpoint, "filler"), { force: true });
  }

  async unmount(): Promise<void> {
    await run("umount", ["--lazy", this.mountpoint]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
