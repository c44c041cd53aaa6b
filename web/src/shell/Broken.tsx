import { Alert, Button, Stack, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Translation } from 'react-i18next';

/** Keeps a page's own failure to the page: the navigation stays. */
export class Broken extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state as { error: Error | null };
    if (!error) return this.props.children;
    return (
      <Translation>
        {(t) => (
          <Alert color="red" title={t('shell.broken')} role="alert">
            <Stack gap="xs" align="flex-start">
              <Text size="sm">{error.message}</Text>
              <Button size="xs" variant="default" onClick={() => window.location.reload()}>
                {t('state.retry')}
              </Button>
            </Stack>
          </Alert>
        )}
      </Translation>
    );
  }
}
