import { Code, ConnectError } from '@connectrpc/connect';
import { QueryClient } from '@tanstack/react-query';

const MOST_RETRIES = 2;
/** How long a list that was read whole is taken as it is, unless somebody here changes something. */
export const WHOLE_LIST_STALE_MS = 300_000;

/** Reads are repeated where the service was away; everything else is told at once. Writes are never repeated. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < MOST_RETRIES && ConnectError.from(error).code === Code.Unavailable,
      retryDelay: (attempt) => 400 * 2 ** attempt,
    },
    mutations: { retry: false },
  },
});
