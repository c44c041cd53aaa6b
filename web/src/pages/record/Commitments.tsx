import { useMutation } from '@connectrpc/connect-query';
import { Badge, Button, Group, List, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { ErrorState } from '@/components/States';
import { CommitmentSide, CommitmentState, type Commitment } from '@/gen/leadlight/notes/v1/commitment_pb';
import { CommitmentService } from '@/gen/leadlight/notes/v1/commitment_service_pb';

/** What was promised and is not done. */
export function Commitments({ commitments }: { readonly commitments: readonly Commitment[] }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const queries = useQueryClient();
  const update = useMutation(CommitmentService.method.updateCommitment, {
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Section title={t('commitments.title')}>
      {update.error && <ErrorState error={update.error} />}
      {commitments.length === 0 ? (
        <Text size="sm">{t('commitments.none')}</Text>
      ) : (
        <List listStyleType="none" spacing="xs">
          {commitments.map((commitment) => (
            <List.Item key={commitment.name} styles={{ itemWrapper: { display: 'block' } }}>
              <Group justify="space-between" wrap="nowrap">
                <div>
                  <Text size="sm">{commitment.what}</Text>
                  <Text size="sm" c="dimmed">
                    {t(
                      commitment.owedBy === CommitmentSide.CUSTOMER
                        ? 'commitments.customer'
                        : 'commitments.ours',
                      { owner: commitment.owner },
                    )}
                    {commitment.dueTime &&
                      ` · ${t('commitments.due', { date: commitment.dateOnly ? format.date(commitment.dueTime) : format.dateTime(commitment.dueTime) })}`}
                    {commitment.state === CommitmentState.LATE && (
                      <Badge component="span" ml="xs" size="sm" color="red.9" variant="filled">
                        {t('commitments.late')}
                      </Badge>
                    )}
                  </Text>
                </div>
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={update.isPending && update.variables.commitment?.name === commitment.name}
                  aria-label={t('commitments.markDone', { what: commitment.what })}
                  onClick={() =>
                    update.mutate({
                      commitment: { name: commitment.name, state: CommitmentState.DONE },
                      updateMask: { paths: ['state'] },
                    })
                  }
                >
                  {t('commitments.done')}
                </Button>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}
