import { useQuery } from '@tanstack/react-query';
import { everyPage } from '@/api/everyPage';
import { WHOLE_LIST_STALE_MS } from '@/api/queries';
import { clientOf } from '@/api/transport';
import type { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import type { RelationshipRecord } from '@/gen/leadlight/relationship/v1/record_pb';
import { RelationshipService } from '@/gen/leadlight/relationship/v1/relationship_service_pb';

const byId = (records: readonly RelationshipRecord[]): ReadonlyMap<string, RelationshipRecord> =>
  new Map(records.map((record) => [record.ref?.id ?? '', record]));

/** All records of a kind that relationship was told of, by id: read once for every page that wants their names. */
export function useRelationshipRecords(kind: RecordKind) {
  return useQuery({
    queryKey: ['records of relationship', kind],
    queryFn: ({ signal }) =>
      everyPage(
        (page) => clientOf(RelationshipService).listRecords({ kind, ...page }, { signal }),
        ({ records }) => records,
      ),
    select: byId,
    staleTime: WHOLE_LIST_STALE_MS,
  });
}
