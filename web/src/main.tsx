import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import { TransportProvider } from '@connectrpc/connect-query';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { queryClient } from '@/api/queries';
import { transport } from '@/api/transport';
import { startTranslation } from '@/i18n';
import { Shell } from '@/shell/Shell';
import { cssVariables, theme } from '@/theme';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
await startTranslation();
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={cssVariables}>
      <Notifications />
      <TransportProvider transport={transport}>
        <QueryClientProvider client={queryClient}>
          <BrowserRouter>
            <Shell />
          </BrowserRouter>
        </QueryClientProvider>
      </TransportProvider>
    </MantineProvider>
  </StrictMode>,
);
