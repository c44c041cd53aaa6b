import { create } from '@bufbuild/protobuf';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { everyPage } from '@/api/everyPage';
import { WHOLE_LIST_STALE_MS } from '@/api/queries';
import { clientOf } from '@/api/transport';
import { useRelationshipRecords } from '@/components/relationshipRecords';
import { EmptyState, ErrorState, Loaded, LoadingState } from '@/components/States';
import { ScoredRecordSchema, type ScoredRecord } from '@/gen/leadlight/gateway/v1/insight_pb';
import type { RelationshipRecord } from '@/gen/leadlight/relationship/v1/record_pb';
import type { Record } from '@/gen/leadlight/scoring/v1/record_pb';
import { ScoringService } from '@/gen/leadlight/scoring/v1/scoring_service_pb';
import type { Wanted } from './LeadsPage';
import { ScoredTable } from './ScoredTable';

const SHOWN = 50;

/** The records that a text is found in: their names, owners, ids and what is known about them.
 *
 * The services have no call that searches, and a CRM's open leads are few enough to look through: the list is read
 * once, whatever is typed.
 */
export function Found({ wanted, text }: { readonly wanted: Wanted; readonly text: string }) {
  const { t } = useTranslation('leads');
  const named = useRelationshipRecords(wanted.kind);
  const scored = useQuery({
    queryKey: ['searchable records', wanted],
    queryFn: ({ signal }) =>
      everyPage(
        (page) => clientOf(ScoringService).listRecords({ ...wanted, ...page }, { signal }),
        ({ records }) => records,
      ),
    staleTime: WHOLE_LIST_STALE_MS,
  });
  const everything = useMemo(
    () => scored.data?.map((record) => searchable(record, named.data?.get(record.ref?.id ?? ''))) ?? [],
    [scored.data, named.data],
  );
  const found = useMemo(() => {
    const words = text.toLocaleLowerCase().split(/\s+/);
    return everything.filter(({ haystack }) => words.every((word) => haystack.includes(word)));
  }, [everything, text]);
  if (named.isPending) return <LoadingState />;
  return (
    <Stack gap="sm">
      {/* Ids and attributes are found without names. */}
      {named.error && <ErrorState error={named.error} onRetry={() => void named.refetch()} />}
      <Loaded query={scored}>
        {() =>
          found.length === 0 ? (
            <EmptyState title={t('search.nothing', { text })} />
          ) : (
            <>
              <Text size="sm" role="status">
                {t('search.found', { count: found.length })}{' '}
                {found.length > SHOWN && t('search.first', { shown: SHOWN })}
              </Text>
              <ScoredTable
                caption={t('search.caption', { text })}
                records={found.slice(0, SHOWN).map((each) => each.scored)}
              />
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}

interface Searchable {
  readonly scored: ScoredRecord;
  readonly haystack: string;
}

function searchable(record: Record, named: RelationshipRecord | undefined): Searchable {
  const scored = create(ScoredRecordSchema, {
    record,
    displayName: named?.displayName ?? '',
    owner: named?.owner ?? '',
  });
  const haystack = [
    scored.displayName,
    scored.owner,
    record.ref?.id,
    ...Object.values(record.attributes ?? {}).map((value) => JSON.stringify(value)),
  ]
    .join('\n')
    .toLocaleLowerCase();
  return { scored, haystack };
}
