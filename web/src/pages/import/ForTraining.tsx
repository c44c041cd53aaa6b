import { Button, Group, NativeSelect, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { Section } from '@/components/Page';
import { ErrorState } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { ModelService } from '@/gen/leadlight/scoring/v1/model_service_pb';
import { Training } from '@/pages/models/Train';
import { KindSelect } from './KindSelect';
import { outcomes } from './mapping';
import { uploadDataset } from './upload';
import type { Work } from './work';

/** Uploads closed records and trains a model on them. */
export function ForTraining({ sheet, mapping, disabled }: Work) {
  const { t } = useTranslation('import');
  const [kind, setKind] = useState(RecordKind.LEAD);
  const [chosen, setChosen] = useState('');
  const [publish, setPublish] = useState(true);
  const values = mapping.outcome ? outcomes(sheet, mapping.outcome) : [];
  const positive = values.includes(chosen) ? chosen : (values[0] ?? '');
  const train = useMutation({
    mutationFn: async () => {
      const columns = {
        label: mapping.outcome ?? '',
        positiveValue: positive,
        id: mapping.id ?? '',
        createTime: mapping.created ?? '',
        closeTime: mapping.closed ?? '',
      };
      const dataset = await uploadDataset(sheet, { displayName: sheet.name.slice(0, 200), columns });
      return clientOf(ModelService).trainModel({
        kind,
        dataset: dataset.name,
        displayName: sheet.name.slice(0, 200),
        publish,
        requestId: crypto.randomUUID(),
      });
    },
  });
  return (
    <Section title={t('train.title')}>
      <Group align="flex-end">
        <KindSelect value={kind} onChange={setKind} />
        <NativeSelect
          label={t('train.positive')}
          value={positive}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
          data={values}
        />
        <Switch
          label={t('train.publish')}
          checked={publish}
          onChange={({ currentTarget }) => setPublish(currentTarget.checked)}
          mb={8}
        />
        <Button disabled={disabled} loading={train.isPending} onClick={() => train.mutate()}>
          {t('train.do')}
        </Button>
      </Group>
      {train.error && <ErrorState error={train.error} />}
      {train.data && <Training key={train.data.name} name={train.data.name} />}
    </Section>
  );
}
