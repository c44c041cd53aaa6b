import type { DescService } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Client, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { currentSession, refuse } from './session';

const TIMEOUT_MS = 15_000;

const identify: Interceptor = (next) => async (request) => {
  const { token } = currentSession();
  if (token !== null) request.header.set('authorization', `Bearer ${token}`);
  try {
    return await next(request);
  } catch (error) {
    if (ConnectError.from(error).code === Code.Unauthenticated && currentSession().token === token) refuse();
    throw error;
  }
};

/** The gateway that served the page. In protobuf's binary form, which the gateway passes on unread. */
export const transport = createConnectTransport({
  baseUrl: window.location.origin,
  useBinaryFormat: true,
  defaultTimeoutMs: TIMEOUT_MS,
  interceptors: [identify],
});

const clients = new Map<DescService, unknown>();

/** A plain client, for what connect-query's hooks have no form for: streams, sequences of calls. */
export function clientOf<T extends DescService>(service: T): Client<T> {
  const known = clients.get(service) as Client<T> | undefined;
  if (known) return known;
  const made = createClient(service, transport);
  clients.set(service, made);
  return made;
}
