// What an installation says about itself to everybody: who runs it, and where staff sign in.

export interface Operator {
  name: string;
  address: string;
  contact: string;
  phone: string;
}

export interface Settings {
  operator: Operator;
  /** The system's time, RFC 3339; staff pages count on from it. */
  now: string;
  /** Of the program, for whoever asks for help. */
  version: string;
  /** `trial`: only made-up people. */
  deployment: "production" | "trial";
  /** The issuer of staff tokens, and what to tell it. */
  issuer: string;
  clientId: string;
  scope: string;
  /** Minutes without a hand after which a staff page locks. */
  staffLockMinutes: number;
}

/** `undefined` where they cannot be had now; a footer without them is no reason to stop anybody. */
export async function fetchSettings(): Promise<Settings | undefined> {
  try {
    const response = await fetch("/settings.json", { credentials: "omit" });
    return response.ok ? ((await response.json()) as Settings) : undefined;
  } catch {
    return undefined;
  }
}
