import { AppShell, Burger, Button, Group, NavLink, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Route, Routes, useLocation } from 'react-router';
import { signOut, useSession } from '@/api/session';
import { EmptyState, LoadingState } from '@/components/States';
import { ROUTES, SECTIONS, type Route as PageRoute } from '@/routes';
import { Broken } from './Broken';
import { Preferences } from './Preferences';
import classes from './Shell.module.css';
import { SignIn } from './SignIn';

const NAV_WIDTH = 230;

/** The frame around every page: navigation, language, colours, sign-in. */
export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  const queries = useQueryClient();
  const [isNavOpen, nav] = useDisclosure(false);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);

  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    nav.close();
    // A screen reader goes on at the new page, not behind the link that was followed.
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname, nav]);

  if (session.refused) return <SignIn wasExpired={session.token !== null} />;
  const leave = () => {
    signOut();
    queries.clear(); // nothing of this caller's answers may stay for the next
  };
  const allowed = ROUTES.filter(({ roles }) => !roles || roles.some((role) => session.roles.has(role)));
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: NAV_WIDTH, breakpoint: 'sm', collapsed: { mobile: !isNavOpen } }}
      padding="md"
    >
      <a href="#main" className={classes.skip}>
        {t('shell.skip')}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={isNavOpen}
              onClick={nav.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('shell.menu')}
              aria-expanded={isNavOpen}
            />
            <img src="/leadlight.svg" alt="" width={26} height={26} />
            <Text fw={700}>Leadlight</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            {session.token !== null && (
              <>
                <Text size="sm" c="dimmed" visibleFrom="sm">
                  {session.subject}
                </Text>
                <Button size="compact-sm" variant="default" onClick={leave}>
                  {t('signIn.out')}
                </Button>
              </>
            )}
            <Preferences />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('shell.navigation')}>
        <ScrollArea>
          {SECTIONS.map((section) => (
            <Section
              key={section}
              title={t(`shell.section.${section}`)}
              routes={allowed.filter((route) => route.nav?.section === section)}
            />
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Broken key={pathname}>
          <Suspense fallback={<LoadingState />}>
            <Routes>
              {allowed.map(({ path, Page }) => (
                <Route key={path} path={path} element={<Page key={path} />} />
              ))}
              <Route path="/" element={<Navigate to={allowed[0]?.path ?? '/nothing'} replace />} />
              <Route
                path="*"
                element={<EmptyState title={t('shell.noPage')}>{t('shell.noPageWhy')}</EmptyState>}
              />
            </Routes>
          </Suspense>
        </Broken>
      </AppShell.Main>
    </AppShell>
  );
}

function Section({ title, routes }: { readonly title: string; readonly routes: readonly PageRoute[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  if (routes.length === 0) return null;
  return (
    <section aria-label={title}>
      <Text size="xs" c="dimmed" fw={600} tt="uppercase" mt="sm" mb={4} px="sm" aria-hidden>
        {title}
      </Text>
      {routes.map(
        ({ path, nav }) =>
          nav && (
            <NavLink
              key={path}
              component={Link}
              to={path}
              label={t(nav.label)}
              active={pathname === path}
              aria-current={pathname === path ? 'page' : undefined}
              leftSection={<nav.Icon size={18} aria-hidden />}
            />
          ),
      )}
    </section>
  );
}
