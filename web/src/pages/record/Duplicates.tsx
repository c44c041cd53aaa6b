import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Anchor, Button, Card, Group, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Dialog, DialogButtons } from '@/components/Dialog';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { recordPath, refText } from '@/components/records';
import { ErrorState, Loaded } from '@/components/States';
import type { RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import { DedupeService } from '@/gen/leadlight/dedupe/v1/dedupe_service_pb';
import { Verdict, type Duplicate } from '@/gen/leadlight/dedupe/v1/duplicate_pb';
import { MergeState } from '@/gen/leadlight/dedupe/v1/merge_pb';
import { MergeService } from '@/gen/leadlight/dedupe/v1/merge_service_pb';

interface Props {
  readonly subject: RecordRef;
  readonly duplicates: readonly Duplicate[];
}

/** Who the record may be, with merging, undoing, and saying that two are different. */
export function Duplicates({ subject, duplicates }: Props) {
  const { t } = useTranslation('record');
  return (
    <Section title={t('duplicates.title')}>
      {duplicates.length === 0 && <Text size="sm">{t('duplicates.none')}</Text>}
      {duplicates.map(
        (duplicate) =>
          duplicate.ref && (
            <OneDuplicate
              key={refText(duplicate.ref)}
              subject={subject}
              other={duplicate.ref}
              duplicate={duplicate}
            />
          ),
      )}
      <Merges subject={subject} />
    </Section>
  );
}

function OneDuplicate({
  subject,
  other,
  duplicate,
}: {
  readonly subject: RecordRef;
  readonly other: RecordRef;
  readonly duplicate: Duplicate;
}) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const queries = useQueryClient();
  const [isMerging, merging] = useDisclosure(false);
  const [areShown, evidence] = useDisclosure(false);
  const decide = useMutation(DedupeService.method.decidePair, {
    onSuccess: () => queries.invalidateQueries(),
  });
  const fields = duplicate.evidence?.fields ?? [];
  const name = ['first_name', 'last_name', 'company']
    .map((field) => fields.find((each) => each.field === field)?.right)
    .filter(Boolean)
    .join(' ');
  return (
    <Card withBorder padding="xs">
      <Group justify="space-between" gap="xs">
        <div>
          <Anchor component={Link} to={recordPath(other)}>
            {name || other.id}
          </Anchor>
          <Text size="sm" c="dimmed">
            {refText(other)} · {t('duplicates.probability', { share: format.percent(duplicate.probability) })}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            c="light-dark(#343a40, #ced4da)"
            onClick={evidence.toggle}
            aria-expanded={areShown}
          >
            {t('duplicates.why')}
          </Button>
          {other.kind === subject.kind && (
            <Button
              size="compact-sm"
              variant="light"
              onClick={merging.open}
              aria-label={t('duplicates.mergeWith', { id: other.id })}
            >
              {t('duplicates.merge')}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            loading={decide.isPending}
            aria-label={t('duplicates.differentFrom', { id: other.id })}
            onClick={() =>
              decide.mutate({ decision: { left: subject, right: other, verdict: Verdict.NOT_DUPLICATE } })
            }
          >
            {t('duplicates.different')}
          </Button>
        </Group>
      </Group>
      {areShown && (
        <Table aria-label={t('duplicates.why')}>
          <Table.Tbody>
            {fields.map(({ field, left, right, level, weight }) => (
              <Table.Tr key={field}>
                <Table.Th scope="row" fw={500}>
                  {field}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{left}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{right}</Table.Td>
                <Table.Td>{level}</Table.Td>
                <Table.Td ta="right">{format.points(weight)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {decide.error && <ErrorState error={decide.error} />}
      <Dialog
        title={t('duplicates.mergeWith', { id: other.id })}
        isOpen={isMerging}
        onClose={merging.close}
        size="lg"
      >
        <MergePreview subject={subject} other={other} onDone={merging.close} />
      </Dialog>
    </Card>
  );
}

/** What a merge would change, before it is done. */
function MergePreview({
  subject,
  other,
  onDone,
}: {
  readonly subject: RecordRef;
  readonly other: RecordRef;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation('record');
  const queries = useQueryClient();
  const [requestId] = useState(() => crypto.randomUUID());
  // A dry run stores nothing, so that it is a question like any other.
  const preview = useQuery(
    MergeService.method.mergeRecords,
    { master: subject, others: [other], validateOnly: true },
    // Asked once each time it is opened: after the merge there is nothing left to rehearse.
    { staleTime: 'static', gcTime: 0 },
  );
  const merge = useMutation(MergeService.method.mergeRecords, {
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    },
  });
  return (
    <Loaded query={preview}>
      {({ movedValues }) => (
        <Stack>
          <Text size="sm">{t('duplicates.stays', { master: refText(subject), other: refText(other) })}</Text>
          {movedValues.length === 0 ? (
            <Text size="sm">{t('duplicates.nothingMoves')}</Text>
          ) : (
            <Table aria-label={t('duplicates.moves')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('duplicates.field')}</Table.Th>
                  <Table.Th scope="col">{t('whatIf.before')}</Table.Th>
                  <Table.Th scope="col">{t('whatIf.after')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {movedValues.map(({ field, before, after }) => (
                  <Table.Tr key={field}>
                    <Table.Th scope="row" fw={500}>
                      {field}
                    </Table.Th>
                    <Table.Td>{before || '–'}</Table.Td>
                    <Table.Td>{after || '–'}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
          <DialogButtons error={merge.error} onCancel={onDone}>
            <Button
              loading={merge.isPending}
              onClick={() => merge.mutate({ master: subject, others: [other], requestId })}
            >
              {t('duplicates.merge')}
            </Button>
          </DialogButtons>
        </Stack>
      )}
    </Loaded>
  );
}

/** Merges that the record took part in; those that hold can be taken back. */
function Merges({ subject }: { readonly subject: RecordRef }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const queries = useQueryClient();
  const query = useQuery(MergeService.method.listMerges, { ref: subject, state: MergeState.MERGED });
  const undo = useMutation(MergeService.method.unmergeRecords, {
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Loaded query={query}>
      {({ merges }) => (
        <>
          {merges.map((merge) => (
            <Group key={merge.name} justify="space-between" wrap="nowrap">
              <Text size="sm">
                {t('duplicates.merged', {
                  others: merge.merged.map(refText).join(', '),
                  master: merge.master ? refText(merge.master) : '',
                  time: format.dateTime(merge.createTime),
                })}
              </Text>
              <Button
                size="compact-sm"
                variant="default"
                loading={undo.isPending && undo.variables.name === merge.name}
                onClick={() => undo.mutate({ name: merge.name, requestId: crypto.randomUUID() })}
              >
                {t('duplicates.undo')}
              </Button>
            </Group>
          ))}
          {undo.error && <ErrorState error={undo.error} />}
        </>
      )}
    </Loaded>
  );
}
