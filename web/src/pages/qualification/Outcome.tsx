import { useMutation } from '@connectrpc/connect-query';
import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { kindName, recordPath } from '@/components/records';
import { ErrorState } from '@/components/States';
import { DisqualifyReason, LeadState, type Lead } from '@/gen/leadlight/qualification/v1/lead_pb';
import type { Qualification } from '@/gen/leadlight/qualification/v1/qualification_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import { useLeadChanged } from './changed';

/** What became of a lead that is not open, and the way back. */
export function Outcome({ lead }: { readonly lead: Lead }) {
  const { t } = useTranslation('qualification');
  const onSuccess = useLeadChanged();
  const after = { onSuccess };
  const unqualify = useMutation(QualificationService.method.unqualify, after);
  const reactivate = useMutation(QualificationService.method.reactivate, after);
  const { disqualification, qualification } = lead;
  const isQualified = lead.state === LeadState.QUALIFIED;
  const error = unqualify.error ?? reactivate.error;
  return (
    <Section title={t('outcome.title')}>
      {disqualification && (
        <Text size="sm">
          {t(`reason.${DisqualifyReason[disqualification.reason]}`)}
          {disqualification.comment && `: ${disqualification.comment}`}
        </Text>
      )}
      {isQualified && qualification && <Made qualification={qualification} />}
      <Group>
        {isQualified && (
          <Button
            variant="default"
            loading={unqualify.isPending}
            onClick={() => unqualify.mutate({ id: lead.id, requestId: crypto.randomUUID() })}
          >
            {t('outcome.unqualify')}
          </Button>
        )}
        <Button
          variant="default"
          loading={reactivate.isPending}
          onClick={() => reactivate.mutate({ id: lead.id, requestId: crypto.randomUUID() })}
        >
          {t('outcome.reactivate')}
        </Button>
      </Group>
      {error && <ErrorState error={error} />}
    </Section>
  );
}

function Made({ qualification }: { readonly qualification: Qualification }) {
  const { t } = useTranslation('qualification');
  const format = useFormat();
  const { account, contact, opportunities, created, qualifyTime, qualifiedBy } = qualification;
  const isNew = new Set(created.map(({ ref }) => ref?.id));
  const linked = [account, contact, ...opportunities].flatMap((ref) => (ref ? [ref] : []));
  return (
    <Stack gap={4}>
      <Text size="sm" c="dimmed">
        {t('outcome.by', { who: qualifiedBy, time: format.dateTime(qualifyTime) })}
      </Text>
      <List size="sm">
        {linked.map((ref) => (
          <List.Item key={`${ref.kind} ${ref.id}`}>
            {t(`shell:kind.${kindName(ref.kind)}`)}{' '}
            <Anchor component={Link} to={recordPath(ref)}>
              {ref.id}
            </Anchor>{' '}
            ({t(isNew.has(ref.id) ? 'outcome.created' : 'outcome.existed')})
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
