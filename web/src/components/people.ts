import { useQuery } from '@connectrpc/connect-query';
import { useMemo } from 'react';
import { CallSide, type Call, type Participant } from '@/gen/leadlight/conversation/v1/call_pb';
import { CallService } from '@/gen/leadlight/conversation/v1/call_service_pb';

const LATEST_CALLS = 500;

/** What tells a seller from others over all calls: the address, or the id where the call has none. */
export const sellerKey = ({ address, id }: Pick<Participant, 'address' | 'id'>): string => address || id;

export const sellersOf = (call: Call): Participant[] =>
  call.participants.filter(({ side }) => side === CallSide.SELLER);

/** Sellers and teams as the latest calls name them: what filters offer, and what people are called. */
export function useSellers() {
  const { data } = useQuery(CallService.method.listCalls, { pageSize: LATEST_CALLS });
  return useMemo(() => {
    const names = new Map<string, string>();
    const teams = new Set<string>();
    for (const { call, team } of data?.storedCalls ?? []) {
      if (team) teams.add(team);
      // The latest call comes first: its name for somebody is the newest.
      for (const seller of call ? sellersOf(call) : [])
        if (!names.has(sellerKey(seller))) names.set(sellerKey(seller), seller.name || sellerKey(seller));
    }
    const byName = [...names].sort(([, one], [, other]) => one.localeCompare(other));
    return {
      sellers: byName.map(([key, name]) => ({ key, name })),
      teams: [...teams].sort((one, other) => one.localeCompare(other)),
      nameOf: (key: string) => names.get(key) ?? key,
    };
  }, [data]);
}
