import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Alert, Button, Checkbox, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { ErrorState, Loaded } from '@/components/States';
import type { Lead } from '@/gen/leadlight/qualification/v1/lead_pb';
import type { QualificationPlan } from '@/gen/leadlight/qualification/v1/plan_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import { useLeadChanged } from './changed';
import { choicesOf, NOTHING_CHOSEN, type AllChosen } from './choices';
import { Duplicates } from './Duplicates';
import { Planned } from './Planned';

/** What Qualify would create, with where each value comes from; and the button that does it. */
export function Plan({ lead }: { readonly lead: Lead }) {
  const { t } = useTranslation('qualification');
  const [chosen, setChosen] = useState(NOTHING_CHOSEN);
  const query = useQuery(
    QualificationService.method.planQualification,
    { id: lead.id, choices: choicesOf(chosen) },
    { placeholderData: (previous) => previous },
  );
  return (
    <Section title={t('plan.title')}>
      <Loaded query={query}>
        {(plan) => (
          <Stack gap="md" aria-busy={query.isPlaceholderData}>
            {plan.stageAfter !== lead.processStage && plan.stageAfter !== '' && (
              <Text size="sm">{t('plan.stage', { before: lead.processStage, after: plan.stageAfter })}</Text>
            )}
            {plan.leadDuplicates.length > 0 && (
              <Stack gap="xs">
                <Text fw={600} size="sm">
                  {t('plan.leadDuplicates')}
                </Text>
                <Duplicates candidates={plan.leadDuplicates} />
              </Stack>
            )}
            <Records plan={plan} chosen={chosen} onChoose={setChosen} />
            <Decide id={lead.id} plan={plan} chosen={chosen} />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

function Records({
  plan,
  chosen,
  onChoose,
}: {
  readonly plan: QualificationPlan;
  readonly chosen: AllChosen;
  readonly onChoose: (chosen: AllChosen) => void;
}) {
  const { account, contact, opportunities } = plan;
  return (
    <>
      {account && (
        <Planned
          kind="account"
          planned={account}
          chosen={chosen.account}
          onChoose={(choice) => onChoose({ ...chosen, account: choice })}
        />
      )}
      {contact && (
        <Planned
          kind="contact"
          planned={contact}
          chosen={chosen.contact}
          onChoose={(choice) => onChoose({ ...chosen, contact: choice })}
        />
      )}
      <Planned
        kind="opportunity"
        planned={opportunities[0]}
        chosen={chosen.opportunity}
        onChoose={(choice) => onChoose({ ...chosen, opportunity: choice })}
      />
    </>
  );
}

function Decide({
  id,
  plan,
  chosen,
}: {
  readonly id: string;
  readonly plan: QualificationPlan;
  readonly chosen: AllChosen;
}) {
  const { t } = useTranslation('qualification');
  const onSuccess = useLeadChanged();
  const [ignores, setIgnores] = useState(false);
  const qualify = useMutation(QualificationService.method.qualify, { onSuccess });
  const canBeIgnored = plan.problems.some((problem) => problem.canBeIgnored);
  const isRefused = plan.problems.some((problem) => !problem.canBeIgnored || !ignores);
  return (
    <Stack gap="sm">
      {plan.problems.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('plan.problems')}
          role="status"
        >
          <List size="sm">
            {plan.problems.map(({ reason, message, missingFields }) => (
              <List.Item key={message}>
                {message}
                {missingFields.length > 0 && ` (${missingFields.join(', ')})`}{' '}
                <Text span size="xs" ff="monospace">
                  {reason}
                </Text>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {canBeIgnored && (
        <Checkbox
          label={t('plan.ignore')}
          checked={ignores}
          onChange={({ currentTarget }) => setIgnores(currentTarget.checked)}
        />
      )}
      <Group>
        <Button
          disabled={isRefused}
          loading={qualify.isPending}
          onClick={() =>
            qualify.mutate({
              id,
              choices: choicesOf(chosen),
              ignoreDuplicates: ignores,
              requestId: crypto.randomUUID(),
            })
          }
        >
          {t('plan.qualify')}
        </Button>
      </Group>
      {qualify.error && <ErrorState error={qualify.error} />}
    </Stack>
  );
}
