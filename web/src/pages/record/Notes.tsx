import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Button, Card, Group, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { ErrorState, Loaded } from '@/components/States';
import type { RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import type { Note } from '@/gen/leadlight/notes/v1/note_pb';
import { NotesService } from '@/gen/leadlight/notes/v1/notes_service_pb';
import { NoteText } from './NoteText';
import { SuggestionCard } from './SuggestionCard';

const SHOWN = 10;
const LONGEST = 100_000;

/** The record's notes with what they suggest, and room for a new one. */
export function Notes({ subject, openCount }: { readonly subject: RecordRef; readonly openCount: number }) {
  const { t } = useTranslation('record');
  const query = useQuery(NotesService.method.listNotes, { ref: subject, pageSize: SHOWN });
  return (
    <Section
      title={t('notes.title')}
      aside={openCount > 0 && <Text size="sm">{t('notes.open', { count: openCount })}</Text>}
    >
      <NewNote subject={subject} />
      <Loaded query={query}>
        {({ notes }) =>
          notes.length === 0 ? (
            <Text size="sm">{t('notes.none')}</Text>
          ) : (
            <Stack gap="sm">
              {notes.map((note) => (
                <OneNote key={note.name} note={note} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function NewNote({ subject }: { readonly subject: RecordRef }) {
  const { t } = useTranslation('record');
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const create = useMutation(NotesService.method.createNote, {
    onSuccess: async () => {
      setText('');
      await queries.invalidateQueries();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({
          note: { ref: subject, text, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
          requestId: crypto.randomUUID(),
        });
      }}
    >
      <Stack gap="xs">
        <Textarea
          label={t('notes.new')}
          placeholder={t('notes.hint')}
          autosize
          minRows={2}
          maxLength={LONGEST}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        {create.error && <ErrorState error={create.error} />}
        <Button
          type="submit"
          size="sm"
          loading={create.isPending}
          disabled={text.trim() === ''}
          style={{ alignSelf: 'flex-start' }}
        >
          {t('notes.save')}
        </Button>
      </Stack>
    </form>
  );
}

function OneNote({ note }: { readonly note: Note }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const query = useQuery(NotesService.method.getNote, { name: note.name });
  return (
    <Card withBorder padding="sm">
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          {format.dateTime(note.writeTime)} {note.author && `· ${note.author}`}
        </Text>
      </Group>
      <Loaded query={query}>
        {({ text, suggestions, withheldCount }) => (
          <Stack gap="xs">
            <NoteText text={text} suggestions={suggestions} />
            {suggestions.map((suggestion) => (
              <SuggestionCard key={suggestion.name} suggestion={suggestion} />
            ))}
            {withheldCount > 0 && (
              <Text size="xs" c="dimmed">
                {t('notes.withheld', { count: withheldCount })}
              </Text>
            )}
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}
