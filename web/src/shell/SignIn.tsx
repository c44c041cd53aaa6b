import { Alert, Button, Card, Center, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signIn } from '@/api/session';
import { Preferences } from './Preferences';

/** Asks for a token where the gateway wants one. */
export function SignIn({ wasExpired }: { readonly wasExpired: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  return (
    <Center mih="100vh" p="md" role="main">
      <Card withBorder w={420} maw="100%" padding="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            // People copy the whole header as often as the token alone.
            queries.clear(); // answers to another caller, and refusals
            signIn(token.trim().replace(/^bearer\s+/i, ''));
          }}
        >
          <Stack>
            <Group justify="space-between">
              <Title order={1} size="h3">
                {t('signIn.title')}
              </Title>
              <Preferences />
            </Group>
            {wasExpired && (
              <Alert color="yellow" role="alert">
                {t('signIn.refused')}
              </Alert>
            )}
            <Text size="sm">{t('signIn.why')}</Text>
            <PasswordInput
              label={t('signIn.token')}
              value={token}
              onChange={({ currentTarget }) => setToken(currentTarget.value)}
              autoComplete="off"
              required
            />
            <Button type="submit" disabled={token.trim() === ''}>
              {t('signIn.in')}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
