import { create } from '@bufbuild/protobuf';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { EmptyState, Loaded } from '@/components/States';
import type { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { ScoredRecordSchema, type ScoredRecord } from '@/gen/leadlight/gateway/v1/insight_pb';
import { RelationshipService } from '@/gen/leadlight/relationship/v1/relationship_service_pb';
import { ScoringService } from '@/gen/leadlight/scoring/v1/scoring_service_pb';
import type { Wanted } from './LeadsPage';
import { ScoredTable } from './ScoredTable';

const PAGE_SIZE = 1000;
const SHOWN = 50;

/** The records that a text is found in: their names, owners, ids and what is known about them. */
export function Found({ wanted, text }: { readonly wanted: Wanted; readonly text: string }) {
  const { t } = useTranslation('leads');
  const query = useQuery({
    queryKey: ['searchable records', wanted],
    queryFn: ({ signal }) => everything(wanted, signal),
  });
  const found = useMemo(() => {
    const words = text.toLocaleLowerCase().split(/\s+/);
    return query.data?.filter(({ haystack }) => words.every((word) => haystack.includes(word))) ?? [];
  }, [query.data, text]);
  return (
    <Loaded query={query}>
      {() =>
        found.length === 0 ? (
          <EmptyState title={t('search.nothing', { text })} />
        ) : (
          <Stack gap="sm">
            <Text size="sm" role="status">
              {t('search.found', { count: found.length })}{' '}
              {found.length > SHOWN && t('search.first', { shown: SHOWN })}
            </Text>
            <ScoredTable
              caption={t('search.caption', { text })}
              records={found.slice(0, SHOWN).map(({ scored }) => scored)}
            />
          </Stack>
        )
      }
    </Loaded>
  );
}

interface Searchable {
  readonly scored: ScoredRecord;
  readonly haystack: string;
}

/** All records of the list: the services have no call that searches, and a CRM's open leads are few enough to look through. */
async function everything(wanted: Wanted, signal: AbortSignal): Promise<Searchable[]> {
  const [names, records] = await Promise.all([namesOf(wanted.kind, signal), scoredOf(wanted, signal)]);
  return records.map((record) => {
    const named = names.get(record.ref?.id ?? '');
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
  });
}

async function scoredOf(wanted: Wanted, signal: AbortSignal) {
  const found = [];
  let pageToken = '';
  do {
    const page = await clientOf(ScoringService).listRecords(
      { ...wanted, pageSize: PAGE_SIZE, pageToken },
      { signal },
    );
    found.push(...page.records);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}

async function namesOf(kind: RecordKind, signal: AbortSignal) {
  const found = new Map<string, { displayName: string; owner: string }>();
  let pageToken = '';
  try {
    do {
      const page = await clientOf(RelationshipService).listRecords(
        { kind, pageSize: PAGE_SIZE, pageToken },
        { signal },
      );
      for (const { ref, displayName, owner } of page.records)
        if (ref) found.set(ref.id, { displayName, owner });
      pageToken = page.nextPageToken;
    } while (pageToken);
  } catch (error) {
    if (signal.aborted) throw error; // otherwise: ids and attributes are found without names
  }
  return found;
}
