import { create } from '@bufbuild/protobuf';
import { useMutation, useQuery } from '@connectrpc/connect-query';
import { ActionIcon, Button, Fieldset, Group, TagsInput, Text, TextInput } from '@mantine/core';
import { IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { Loaded } from '@/components/States';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import { ProcessStageSchema, type ProcessStage } from '@/gen/leadlight/qualification/v1/settings_pb';
import { Form } from './Form';

const MOST_STAGES = 50;
const LONGEST_NAME = 100;
const MOST_FIELDS = 100;

/** The business process: its stages in order, and what a lead needs before it leaves one qualified. */
export function Stages() {
  const { t } = useTranslation('settings');
  const query = useQuery(QualificationService.method.getQualificationSettings, {});
  return (
    <Section title={t('stages.title')}>
      <Loaded query={query}>{({ stages }) => <Fields stored={stages} />}</Loaded>
    </Section>
  );
}

function Fields({ stored }: { readonly stored: readonly ProcessStage[] }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [stages, setStages] = useState(stored);
  const update = useMutation(QualificationService.method.updateQualificationSettings, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  const change = (index: number, changed: Partial<ProcessStage>) =>
    setStages(stages.map((stage, other) => (other === index ? { ...stage, ...changed } : stage)));
  const moveUp = (index: number) => {
    const others = stages.filter((_, other) => other !== index);
    setStages([...others.slice(0, index - 1), ...stages.slice(index, index + 1), ...others.slice(index - 1)]);
  };
  return (
    <Form
      work={update}
      onSave={() => update.mutate({ settings: { stages: [...stages] }, updateMask: { paths: ['stages'] } })}
    >
      <Text size="sm" c="dimmed">
        {t('stages.how')}
      </Text>
      {stages.map((stage, index) => (
        <Fieldset key={index} legend={t('stages.stage', { number: index + 1 })}>
          <Group gap="sm" align="flex-end">
            <TextInput
              label={t('stages.name')}
              value={stage.name}
              onChange={({ currentTarget }) => change(index, { name: currentTarget.value })}
              maxLength={LONGEST_NAME}
              required
            />
            <TagsInput
              label={t('stages.requiredFields')}
              value={stage.requiredFields}
              onChange={(requiredFields) => change(index, { requiredFields })}
              maxTags={MOST_FIELDS}
              flex={1}
              miw={200}
            />
            <ActionIcon
              variant="subtle"
              size="lg"
              aria-label={t('stages.up', { stage: stage.name })}
              disabled={index === 0}
              onClick={() => moveUp(index)}
            >
              <IconArrowUp size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={t('stages.remove', { stage: stage.name })}
              disabled={stages.length === 1}
              onClick={() => setStages(stages.filter((_, other) => other !== index))}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Group>
        </Fieldset>
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={stages.length === MOST_STAGES}
          onClick={() => setStages([...stages, create(ProcessStageSchema)])}
        >
          {t('stages.add')}
        </Button>
      </div>
    </Form>
  );
}
