import { CallSide, type Call } from '@/gen/leadlight/conversation/v1/call_pb';

/** Name of a participant as people know them. */
export function speakerName(call: Call, id: string): string {
  const found = call.participants.find((participant) => participant.id === id);
  return found?.name || found?.address || id;
}

export const isSeller = (call: Call, id: string): boolean =>
  call.participants.find((participant) => participant.id === id)?.side === CallSide.SELLER;
