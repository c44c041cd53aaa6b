import { useMutation } from '@connectrpc/connect-query';
import { Alert, Anchor, Button, Group, Progress, Stack, Switch, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useOperation } from '@/api/operations';
import { useFormat } from '@/components/format';
import { ErrorState } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { ModelSchema, TrainModelMetadataSchema, type Model } from '@/gen/leadlight/scoring/v1/model_pb';
import { ModelService } from '@/gen/leadlight/scoring/v1/model_service_pb';

/** Trains on the closed records that are stored: a further version of a model, or a new one of either kind. */
export function Train({ model }: { readonly model?: Model }) {
  const { t } = useTranslation('models');
  const train = useMutation(ModelService.method.trainModel);
  const [publish, setPublish] = useState(false);
  const kinds = model ? [model.kind] : [RecordKind.LEAD, RecordKind.OPPORTUNITY];
  return (
    <Stack gap="xs">
      <Group gap="sm">
        {kinds.map((kind) => (
          <Button
            key={kind}
            variant="default"
            loading={train.isPending}
            onClick={() =>
              train.mutate({ kind, model: model?.name ?? '', publish, requestId: crypto.randomUUID() })
            }
          >
            {t(model ? 'train.again' : kind === RecordKind.LEAD ? 'train.leads' : 'train.opportunities')}
          </Button>
        ))}
        <Switch
          label={t('train.publish')}
          checked={publish}
          onChange={({ currentTarget }) => setPublish(currentTarget.checked)}
        />
      </Group>
      {train.error && <ErrorState error={train.error} />}
      {train.data && <Training key={train.data.name} name={train.data.name} />}
    </Stack>
  );
}

/** A training under way, and what became of it. */
export function Training({ name }: { readonly name: string }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const queries = useQueryClient();
  const { metadata, response, isDone, error } = useOperation(name, TrainModelMetadataSchema, ModelSchema);
  useEffect(() => {
    if (isDone) void queries.invalidateQueries();
  }, [isDone, queries]);
  if (error) return <ErrorState error={error} />;
  if (response)
    return (
      <Alert color="green" variant="light" icon={<IconCheck aria-hidden />} role="status">
        <Anchor component={Link} to={`/${response.name}`}>
          {response.displayName || response.name}
        </Anchor>
        {': '}
        {t('train.done', { version: response.version, auc: format.number(response.metrics?.auc, 3) })}
      </Alert>
    );
  const share = metadata?.progress ?? 0;
  return (
    <Stack gap={4} role="status">
      <Text size="sm">
        {t('train.running', { share: format.percent(share) })} {metadata?.stage}
      </Text>
      <Progress value={share * 100} aria-label={t('train.progress')} striped animated />
    </Stack>
  );
}
