import { jwtVerify, SignJWT } from "jose";
import type { User } from "./users";

const issuer = "stackbook-reference";

/** Signs and checks tokens of one kind; a refresh token is no access token, whatever the key. */
export class TokenSigner {
  private readonly key: Uint8Array;

  constructor(secret: string, private readonly audience: string, readonly seconds: number) {
    this.key = new TextEncoder().encode(secret);
  }

  async sign(user: User): Promise<string> {
    return new SignJWT({ email: user.email, role: user.role, sid: user.session })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(user.id)
      .setIssuer(issuer)
      .setAudience(this.audience)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + this.seconds)
      .sign(this.key);
  }

  /** The user of a valid token; undefined for one that is forged, expired, of another kind or another key. */
  async verify(token: string): Promise<User | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.key, { algorithms: ["HS256"], issuer, audience: this.audience });
      const { sub, email, role, sid } = payload;
      if (!sub || typeof email !== "string" || typeof role !== "string" || typeof sid !== "string") return undefined;
      return { id: sub, email, role, session: sid };
    } catch {
      return undefined;
    }
  }
}
