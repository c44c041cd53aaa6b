import { useQuery } from '@connectrpc/connect-query';
import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Page } from '@/components/Page';
import { kindName, kindOf } from '@/components/records';
import { EmptyState, Loaded, UnavailableParts } from '@/components/States';
import { RecordKind, type RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import { InsightService } from '@/gen/leadlight/gateway/v1/insight_service_pb';
import type { RecordInsights } from '@/gen/leadlight/gateway/v1/insight_pb';
import { RelationshipService } from '@/gen/leadlight/relationship/v1/relationship_service_pb';
import { Activities } from './Activities';
import { Attributes } from './Attributes';
import { Calls } from './Calls';
import { Commitments } from './Commitments';
import { Connections } from './Connections';
import { Duplicates } from './Duplicates';
import { Health } from './Health';
import { Notes } from './Notes';
import { ScoreSection } from './ScoreSection';
import classes from './RecordPage.module.css';
import { SimilarDeals } from './SimilarDeals';
import { WhatIf } from './WhatIf';

/** Everything that is known about one record of the CRM. */
export default function RecordPage() {
  const { t } = useTranslation('record');
  const { kind = '', id = '' } = useParams();
  const known = kindOf(kind);
  if (known === RecordKind.UNSPECIFIED) return <EmptyState title={t('noKind', { kind })} />;
  return <OneRecord key={`${kind}/${id}`} kind={known} id={id} />;
}

function OneRecord({ kind, id }: { readonly kind: RecordKind; readonly id: string }) {
  const { t, i18n } = useTranslation('record');
  const subject = { kind, id };
  const insights = useQuery(
    InsightService.method.getRecordInsights,
    { ref: subject, language: i18n.language },
    { placeholderData: (previous) => previous }, // the page stays while another language is fetched
  );
  // The name is an ornament: where relationship does not answer or know it, the id stands for it.
  const named = useQuery(RelationshipService.method.getRecord, { ref: subject }, { retry: false });
  return (
    <Page
      title={named.data?.displayName || id}
      subtitle={
        <Group gap="xs">
          <Badge variant="light" color="gray" c="light-dark(#343a40, #ced4da)">
            {t(`shell:kind.${kindName(kind)}`)}
          </Badge>
          <Text size="sm">{id}</Text>
          {named.data?.owner && <Text size="sm">{t('owner', { owner: named.data.owner })}</Text>}
          {named.data?.stage && <Text size="sm">{t('stage', { stage: named.data.stage })}</Text>}
        </Group>
      }
      aside={
        kind === RecordKind.LEAD && (
          <Anchor component={Link} to={`/qualification/${encodeURIComponent(id)}`}>
            {t('qualify')}
          </Anchor>
        )
      }
    >
      <Loaded query={insights}>{(answer) => <Parts answer={answer} />}</Loaded>
    </Page>
  );
}

function Parts({ answer }: { readonly answer: RecordInsights }) {
  const { t } = useTranslation('record');
  const { ref, scored, relationship, connections, duplicates, suggestions, commitments, calls, unavailable } =
    answer;
  if (!ref) return <EmptyState title={t('nothing')} />;
  const isMissing = (part: string) => unavailable.some((each) => each.part === part);
  return (
    <Stack gap="md">
      <UnavailableParts parts={unavailable} />
      {scored && <ScoreSection record={scored} />}
      <div className={classes.columns}>
        {scored?.score?.model && <WhatIf key={scored.ref?.id} record={scored} />}
        {relationship && <Health insights={relationship} />}
        {relationship && <Activities subject={ref} />}
        {connections && <Connections connections={connections} />}
        {isMatched(ref) && !isMissing('duplicates') && <Duplicates subject={ref} duplicates={duplicates} />}
        {ref.kind === RecordKind.OPPORTUNITY && <SimilarDeals subject={ref} />}
      </div>
      {!isMissing('suggestions') && <Notes subject={ref} openCount={suggestions.length} />}
      <div className={classes.columns}>
        {!isMissing('commitments') && <Commitments commitments={commitments} />}
        {!isMissing('calls') && <Calls calls={calls} />}
        {scored && <Attributes record={scored} />}
      </div>
    </Stack>
  );
}

const MATCHED: readonly RecordKind[] = [RecordKind.LEAD, RecordKind.ACCOUNT, RecordKind.CONTACT];
const isMatched = ({ kind }: RecordRef) => MATCHED.includes(kind);
