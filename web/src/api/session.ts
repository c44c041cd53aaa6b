import { useSyncExternalStore } from 'react';

export type Role = 'seller' | 'manager' | 'admin' | 'service';
const EVERY_ROLE: readonly Role[] = ['seller', 'manager', 'admin', 'service'];

/** Who uses the dashboard, as far as the browser knows: the services decide what a token may do. */
export interface Session {
  readonly token: string | null;
  /** The token's `sub`; empty without a token, where everybody on the machine is the one local caller. */
  readonly subject: string;
  readonly roles: ReadonlySet<Role>;
  /** The gateway refused a call for want of a (valid) token: sign in. */
  readonly refused: boolean;
}

const STORED = 'leadlight.token';
// For the tab's life: a token left in localStorage would outlive the visit.
let session = sessionOf(sessionStorage.getItem(STORED));
const listeners = new Set<() => void>();

/** The session outside of React. */
export const currentSession = (): Session => session;

export function signIn(token: string): void {
  sessionStorage.setItem(STORED, token);
  change(sessionOf(token));
}

export function signOut(): void {
  sessionStorage.removeItem(STORED);
  change({ ...sessionOf(null), refused: true });
}

/** To be called where a call was refused for its token. */
export function refuse(): void {
  if (!session.refused) change({ ...session, refused: true });
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, currentSession);
}

/** Whether the caller has one of the roles: hides what would be refused anyway. */
export function useMay(...roles: Role[]): boolean {
  const { roles: held } = useSession();
  return roles.some((role) => held.has(role));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

function sessionOf(token: string | null): Session {
  if (token === null) return { token, subject: '', roles: new Set(EVERY_ROLE), refused: false };
  const claims = claimsOf(token);
  const named = Array.isArray(claims.roles) ? claims.roles : [];
  return {
    token,
    subject: typeof claims.sub === 'string' ? claims.sub : '',
    roles: new Set(EVERY_ROLE.filter((role) => named.includes(role))),
    refused: false,
  };
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return {}; // not a JWT: the gateway will say so
  }
}
