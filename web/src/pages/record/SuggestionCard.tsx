import { useMutation } from '@connectrpc/connect-query';
import { Badge, Button, Group, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { ErrorState } from '@/components/States';
import { NotesService } from '@/gen/leadlight/notes/v1/notes_service_pb';
import { SuggestionKind, SuggestionState, type Suggestion } from '@/gen/leadlight/notes/v1/suggestion_pb';

/** One thing to create, taken or turned down by one click. */
export function SuggestionCard({ suggestion }: { readonly suggestion: Suggestion }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const queries = useQueryClient();
  const settled = { onSuccess: () => queries.invalidateQueries() };
  const accept = useMutation(NotesService.method.acceptSuggestion, settled);
  const dismiss = useMutation(NotesService.method.dismissSuggestion, settled);
  const { name, kind, state, title, times, people, assignee, confidence } = suggestion;
  const [reading] = times;
  // What is due "before the end of the month" has no first moment.
  const moment = reading?.start ?? reading?.end;
  const when = moment && (reading?.hasTime ? format.dateTime(moment) : format.date(moment));
  const error = accept.error ?? dismiss.error;
  return (
    <>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Badge variant="light" color="gray" c="light-dark(#343a40, #ced4da)">
            {t(`suggestion.kind.${SuggestionKind[kind]}`)}
          </Badge>
          <Text size="sm" fw={500}>
            {title}
          </Text>
          <Text size="sm" c="dimmed">
            {[
              when,
              assignee,
              ...people.map((person) => person.name),
              t('suggestion.confidence', { share: format.percent(confidence) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </Group>
        {state === SuggestionState.OPEN ? (
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconCheck size={14} aria-hidden />}
              loading={accept.isPending}
              aria-label={t('suggestion.acceptThis', { title })}
              onClick={() => accept.mutate({ name })}
            >
              {t('suggestion.accept')}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconX size={14} aria-hidden />}
              loading={dismiss.isPending}
              aria-label={t('suggestion.dismissThis', { title })}
              onClick={() => dismiss.mutate({ name })}
            >
              {t('suggestion.dismiss')}
            </Button>
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {t(state === SuggestionState.ACCEPTED ? 'suggestion.accepted' : 'suggestion.dismissed')}
          </Text>
        )}
      </Group>
      {error && <ErrorState error={error} />}
    </>
  );
}
