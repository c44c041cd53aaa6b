import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Alert, Button, Group, List, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useMay } from '@/api/session';
import { useFormat } from '@/components/format';
import { Page, Section } from '@/components/Page';
import { kindName } from '@/components/records';
import { ErrorState, Loaded } from '@/components/States';
import { ModelState, type Model, type ModelMetrics } from '@/gen/leadlight/scoring/v1/model_pb';
import { ModelService } from '@/gen/leadlight/scoring/v1/model_service_pb';
import { Attributes } from './Attributes';
import { StateBadge, VerdictBadge } from './Badges';
import { Reliability } from './Reliability';
import { Stages } from './Stages';
import { Train } from './Train';
import { Versions } from './Versions';

/** One model: how good it is, what it looks at, and whether it is in use. */
export default function ModelPage() {
  const { id = '' } = useParams();
  const query = useQuery(ModelService.method.getModel, { name: `models/${id}` });
  return <Loaded query={query}>{(model) => <Shown model={model} />}</Loaded>;
}

function Shown({ model }: { readonly model: Model }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const { metrics, trainingData } = model;
  return (
    <Page
      title={model.displayName || model.name}
      subtitle={t('about', {
        kind: t(`kind.${kindName(model.kind)}`),
        version: model.version,
        family: model.family,
        time: format.dateTime(model.trainTime),
      })}
      aside={
        <Group gap="xs">
          <StateBadge state={model.state} />
          <VerdictBadge verdict={model.verdict} />
        </Group>
      }
    >
      {model.warnings.map(({ message, attributes }) => (
        <Alert
          key={message}
          color="yellow"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          role="note"
        >
          <span lang="en">{message}</span>
          {attributes.length > 0 && ` (${attributes.join(', ')})`}
        </Alert>
      ))}
      <Changes model={model} />
      {metrics && (
        <Section title={t('quality.title')}>
          <Metrics metrics={metrics} />
          {trainingData && (
            <Text size="sm" c="dimmed">
              {t('quality.data', {
                records: format.number(Number(trainingData.recordCount)),
                positive: format.number(Number(trainingData.positiveCount)),
                test: format.number(Number(trainingData.testRecordCount)),
              })}
            </Text>
          )}
        </Section>
      )}
      {metrics && metrics.reliabilityCurve.length > 0 && <Reliability bins={metrics.reliabilityCurve} />}
      {model.attributes.length > 0 && <Attributes attributes={model.attributes} />}
      {model.stages.length > 0 && <Stages stages={model.stages} />}
      <Versions model={model} />
    </Page>
  );
}

function Metrics({ metrics }: { readonly metrics: ModelMetrics }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const shown: readonly [string, string][] = [
    ['auc', format.number(metrics.auc, 3)],
    ['brier', format.number(metrics.brierScore, 4)],
    ['ece', format.number(metrics.expectedCalibrationError, 4)],
    ['f1', format.number(metrics.f1, 3)],
    ['threshold', format.number(metrics.threshold, 3)],
    ['precision', format.percent(metrics.precision)],
    ['recall', format.percent(metrics.recall)],
    ['accuracy', format.percent(metrics.accuracy)],
    ['conversion', format.percent(metrics.conversionRate, 1)],
  ];
  const counts = metrics.confusionMatrix;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} component="dl" m={0}>
        {shown.map(([key, value]) => (
          <div key={key} title={t(`metricHint.${key}`)}>
            <Text component="dt" size="xs" c="dimmed">
              {t(`metric.${key}`)}
            </Text>
            <Text component="dd" m={0} fw={600} size="lg">
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      {counts && (
        <List size="sm">
          <List.Item>
            {t('confusion.found', {
              right: format.number(Number(counts.truePositives)),
              wrong: format.number(Number(counts.falsePositives)),
            })}
          </List.Item>
          <List.Item>
            {t('confusion.left', {
              right: format.number(Number(counts.trueNegatives)),
              wrong: format.number(Number(counts.falseNegatives)),
            })}
          </List.Item>
        </List>
      )}
    </Stack>
  );
}

/** What a manager may do with it. */
function Changes({ model }: { readonly model: Model }) {
  const { t } = useTranslation('models');
  const queries = useQueryClient();
  const after = { onSuccess: () => void queries.invalidateQueries() };
  const publish = useMutation(ModelService.method.publishModel, after);
  const retire = useMutation(ModelService.method.retireModel, after);
  const update = useMutation(ModelService.method.updateModel, after);
  const refresh = useMutation(ModelService.method.refreshScores, after);
  if (!useMay('manager', 'admin')) return null;
  const isPublished = model.state === ModelState.PUBLISHED;
  const error = publish.error ?? retire.error ?? update.error ?? refresh.error;
  return (
    <Section title={t('change.title')}>
      <Group gap="sm">
        {isPublished ? (
          <>
            <Button
              variant="default"
              loading={retire.isPending}
              onClick={() => retire.mutate({ name: model.name })}
            >
              {t('change.retire')}
            </Button>
            <Button
              variant="default"
              loading={refresh.isPending}
              onClick={() => refresh.mutate({ kind: model.kind, requestId: crypto.randomUUID() })}
            >
              {t('change.refresh')}
            </Button>
          </>
        ) : (
          <Button
            loading={publish.isPending}
            disabled={model.version === 0}
            onClick={() => publish.mutate({ name: model.name })}
          >
            {t('change.publish')}
          </Button>
        )}
        <Switch
          label={t('change.auto')}
          checked={model.autoRetrain}
          onChange={({ currentTarget }) =>
            update.mutate({
              model: { name: model.name, autoRetrain: currentTarget.checked },
              updateMask: { paths: ['auto_retrain'] },
            })
          }
        />
      </Group>
      <Train model={model} />
      {refresh.isSuccess && (
        <Text size="sm" role="status">
          {t('change.refreshing')}
        </Text>
      )}
      {error && <ErrorState error={error} />}
    </Section>
  );
}
