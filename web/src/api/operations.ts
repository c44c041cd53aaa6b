import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { type Operation, Operations } from '@/gen/google/longrunning/operations_pb';

const POLL_MS = 700;

/** A long-running operation as it stands. */
export interface Progress<M, R> {
  readonly operation: Operation | undefined;
  readonly metadata: M | undefined;
  readonly response: R | undefined;
  readonly isDone: boolean;
  /** Why it failed, or why it cannot be asked for. */
  readonly error: Error | null;
}

/** Follows an operation until it is done.
 *
 * @param name as the call that started it answered; undefined while there is none.
 */
export function useOperation<M extends DescMessage, R extends DescMessage>(
  name: string | undefined,
  metadata: M,
  response: R,
): Progress<MessageShape<M>, MessageShape<R>> {
  const { data, error } = useQuery(
    Operations.method.getOperation,
    { name: name ?? '' },
    {
      enabled: name !== undefined,
      refetchInterval: ({ state }) => (state.data?.done ? false : POLL_MS),
    },
  );
  const result = data?.result;
  return {
    operation: data,
    metadata: data?.metadata && anyUnpack(data.metadata, metadata),
    response: result?.case === 'response' ? anyUnpack(result.value, response) : undefined,
    isDone: data?.done ?? false,
    error: result?.case === 'error' ? new ConnectError(result.value.message, result.value.code) : error,
  };
}
