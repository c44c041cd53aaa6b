import { useQuery } from '@connectrpc/connect-query';
import { Alert, Anchor, Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { problemOf } from '@/api/errors';
import { clock } from '@/components/clock';
import { useFormat } from '@/components/format';
import { Page, Section } from '@/components/Page';
import { recordPath, refText } from '@/components/records';
import { ErrorState, Loaded, LoadingState } from '@/components/States';
import { AnalysisPart, ShortCallTag, type Analysis } from '@/gen/leadlight/conversation/v1/analysis_pb';
import type { Call } from '@/gen/leadlight/conversation/v1/call_pb';
import { CallService, RemovedPart, type StoredCall } from '@/gen/leadlight/conversation/v1/call_service_pb';
import { Comments } from './Comments';
import { Commitments, Marks, Names, Segments, Summary } from './Findings';
import { MeasuresTable } from './MeasuresTable';
import { marksOf } from './text';
import { Timeline } from './Timeline';
import { Transcript } from './Transcript';

/** A call: what was said, what was found in it, what managers say about it. */
export default function CallPage() {
  const { t } = useTranslation('call');
  const { id = '' } = useParams();
  const query = useQuery(CallService.method.getCall, { id });
  return (
    <Page
      title={query.data?.call?.title || id}
      subtitle={query.data?.call && <Facts stored={query.data} call={query.data.call} />}
      aside={
        <Anchor component={Link} to="/calls">
          {t('back')}
        </Anchor>
      }
    >
      <Loaded query={query}>
        {(stored) => stored.call && <CallView stored={stored} call={stored.call} />}
      </Loaded>
    </Page>
  );
}

interface CallProps {
  readonly stored: StoredCall;
  readonly call: Call;
}

function Facts({ stored, call }: CallProps) {
  const { t } = useTranslation('call');
  const format = useFormat();
  return (
    <Group gap="xs">
      <span>{format.dateTime(call.startTime ?? stored.createTime)}</span>
      <span>{call.participants.map(({ name, address, id }) => name || address || id).join(', ')}</span>
      {stored.team && <span>{t('team', { team: stored.team })}</span>}
      {call.regarding && (
        <Anchor component={Link} to={recordPath(call.regarding)} size="sm">
          {refText(call.regarding)}
        </Anchor>
      )}
    </Group>
  );
}

function CallView({ stored, call }: CallProps) {
  const { t } = useTranslation('call');
  const {
    data: analysis,
    error,
    isPending,
    refetch,
  } = useQuery(CallService.method.getAnalysis, { id: call.id });
  const [current, setCurrent] = useState<number>();
  const [commented, setCommented] = useState<number>();
  const jump = useCallback((turn: number) => setCurrent(turn), []);
  const marks = useMemo(() => (analysis ? marksOf(analysis) : []), [analysis]);
  const hasTurns = call.turns.length > 0;
  return (
    <>
      <Notices stored={stored} call={call} analysis={analysis} analysisError={error} />
      {isPending && <LoadingState />}
      {error && !isExplained(error) && <ErrorState error={error} onRetry={() => void refetch()} />}
      {hasTurns && (
        <Section title={t('timeline.title')}>
          <Timeline call={call} analysis={analysis} marks={marks} onJump={jump} />
        </Section>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        {hasTurns && (
          <Transcript
            call={call}
            sentiments={analysis?.turnSentiments ?? []}
            marks={marks}
            current={current}
            onJump={jump}
            onComment={setCommented}
          />
        )}
        {analysis && (
          <Stack gap="md">
            <Summary call={call} analysis={analysis} onJump={hasTurns ? jump : undefined} />
            <Commitments call={call} analysis={analysis} onJump={hasTurns ? jump : undefined} />
            <Marks call={call} marks={marks} analysis={analysis} onJump={hasTurns ? jump : undefined} />
          </Stack>
        )}
      </SimpleGrid>
      {analysis && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          <MeasuresTable analysis={analysis} />
          <Stack gap="md">
            <Segments segments={analysis.segments} onJump={hasTurns ? jump : undefined} />
            <Names analysis={analysis} onJump={hasTurns ? jump : undefined} />
          </Stack>
        </SimpleGrid>
      )}
      <Comments call={call} turn={commented} onTurn={setCommented} onJump={hasTurns ? jump : undefined} />
    </>
  );
}

const isExplained = (error: unknown): boolean =>
  ['CONSENT_MISSING', 'FINDINGS_REMOVED'].includes(problemOf(error).reason);

interface NoticesProps extends CallProps {
  readonly analysis: Analysis | undefined;
  readonly analysisError: unknown;
}

/** What of the call is not there, and why. */
function Notices({ stored, call, analysis, analysisError }: NoticesProps) {
  const { t } = useTranslation('call');
  const said: string[] = [];
  const reason = analysisError ? problemOf(analysisError).reason : '';
  if (!call.consent)
    said.push(t(reason === 'CONSENT_MISSING' ? 'notice.noConsent' : 'notice.withoutConsent'));
  if (stored.removed === RemovedPart.TRANSCRIPT) said.push(t('notice.transcriptRemoved'));
  if (stored.removed === RemovedPart.HIGHLIGHTS) said.push(t('notice.highlightsRemoved'));
  if (stored.removed === RemovedPart.FINDINGS || reason === 'FINDINGS_REMOVED')
    said.push(t('notice.findingsRemoved'));
  if (analysis?.missingParts.includes(AnalysisPart.COMMITMENTS)) said.push(t('notice.commitmentsMissing'));
  const tag = analysis?.shortCall ?? ShortCallTag.UNSPECIFIED;
  return (
    <>
      {said.map((text) => (
        <Alert key={text} variant="light" icon={<IconInfoCircle aria-hidden />} role="status">
          {text}
        </Alert>
      ))}
      {analysis?.warnings.map((warning) => (
        <Alert
          key={warning}
          color="yellow"
          variant="light"
          icon={<IconInfoCircle aria-hidden />}
          role="status"
        >
          {warning}
        </Alert>
      ))}
      {tag !== ShortCallTag.UNSPECIFIED && (
        <Group gap="xs">
          <Badge variant="default" tt="none">
            {t(`shortCall.${ShortCallTag[tag]}`)}
          </Badge>
          {analysis?.measures?.durationMs !== undefined && (
            <Text size="sm">{clock(analysis.measures.durationMs)}</Text>
          )}
        </Group>
      )}
    </>
  );
}
