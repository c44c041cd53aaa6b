"""Norwegian (Bokmål) words of action."""

from services.notes.actions.cues import Cue, build

_PHRASES = {
    Cue.SELF: "jeg, vi, meg, oss, man, undertegnede",
    Cue.PASSIVE_SIDE: """ringe meg, ringer meg, ringe til meg, ringer til meg, ringe oss, ringer oss, ringe meg opp, ringer meg opp,
        ringe oss opp, ringer oss opp, ringer selv, ringe selv, tar selv kontakt, kontakte oss, kontakter oss,
        kontakte meg, kontakter meg, skriver til meg, ringer hun, ringer han, ringer de, tar kontakt selv, hører fra seg""",
    Cue.YOU: "du, dere, deg",
    Cue.THEY: """de, han, hun, dem, ham, henne, kunden, kunde, kundene, kjøper, innkjøper, teamet deres, leverandøren, partneren,
        ledelsen, direktøren, innkjøp, leadet, sjefen deres, cfo-en deres, deres cfo, klienten, it hos dem""",
    Cue.MEETING: """møte, møtet, møter, demo, demoen, demonstrasjon, workshop, workshopen, arbeidsmøte, besøk, besøket, lunsj, lunsjen,
        middag, frokost, kaffe, en kaffe, en kaffekopp, kaffemøte, kickoff, kick-off, oppstartsmøte, statusmøte, oppfølgingsmøte,
        lunsjmøte, omvisning, gjennomgang, seminar, teams-møte, teamsmøte, videomøte, nettmøte, kundebesøk, kundemøte, salgsmøte,
        introduksjonsmøte, en øl, en pils, produktdemo, styringsgruppemøte, opplæringsøkt, brunsj, frokostmøte, befaring, visning, treff""",
    Cue.PHONE: """samtale, samtalen, telefonsamtale, telefonsamtalen, telefonmøte, telefonmøtet, en prat på telefon, prat på telefon, prat på telefonen,
        en telefonprat, telefonprat, telefonkonferanse, oppringning, oppfølgingssamtale, call, en call, videosamtale, en telefon, telefonavtale, et ring, slå på tråden""",
    Cue.MESSAGE: "mail, mailen, mails, e-post, e-posten, epost, eposten, email, e-mail, en mail, en e-post, på mail, på e-post, per mail, per e-post, via e-post, pr. e-post",
    Cue.CONTENT: """prisliste, prislisten, prislista, prislister, priser på, prisoversikt, case, caser, casestudie, casestudier, kundehistorie, kundehistorier, kundecase,
        referanse, referanser, referansekunder, brosjyre, brosjyren, brosjyrer, datablad, databladet, databladene, produktark, whitepaper, hvitebok, katalog, katalogen,
        produktkatalog, dokumentasjon, dokumentasjonen, sikkerhetsdokumentasjon, sikkerhetsdokumentasjonen, produktinformasjon, mer informasjon, mer info,
        ytterligere informasjon, materiale, materiell, salgsmateriell, presentasjonen, presentasjon, slides, lysark, vareprøve, vareprøver, prøver, sertifikat, sertifikater,
        spesifikasjon, spesifikasjoner, spesifikasjonene, veikart, veikartet, brukerveiledning, veiledning, manual, brukermanual, video, demovideo, opptak, opptaket, prisark, flyer,
        sammenligning, funksjonsliste, betingelser, vilkår, mal, malen, teknisk dokumentasjon, oversikt over, anbefalinger, kundeuttalelser, suksesshistorier, roi-beregning, onepager""",
    Cue.TROUBLE: """er nede, var nede, vært nede, ligger nede, lå nede, ligget nede, gikk ned, gått ned, nedetid, driftsstans, driftsstopp, utfall, strømbrudd,
        virker ikke, virket ikke, fungerer ikke, fungerte ikke, funker ikke, ødelagt, i stykker, gått i stykker, krasjer, krasjet, henger seg, fryser,
        får ikke logget inn, får ikke logget på, kan ikke logge inn, kan ikke logge på, kommer ikke inn, ikke logget inn, ikke logge inn, ingen tilgang til, får ikke skrevet ut, kan ikke eksportere, får ikke eksportert,
        klage, klagen, klager på, klager over, klaget på, klaget over, klaget, klager, reklamasjon, reklamasjoner, reklamerer,
        fakturert to ganger, fakturert dobbelt, dobbeltfakturert, dobbel faktura, belastet to ganger, trukket to ganger, feil faktura, fakturaen er feil, fakturaen var feil, feil på fakturaen, feil i fakturaen, fakturafeil,
        faktureringsfeil, feil beløp, feil pris på fakturaen, feil vare, feil varer, defekt, defekte, skadet, skadd ved levering, manglende deler, mangler deler, sikkerhetsbrudd, datatap, tap av data,
        forsinket levering, leveringen er forsinket, leveransen er forsinket, levert for sent, levering for sent, ikke kommet frem, ikke kommet fram, ikke ankommet, ikke levert, ikke mottatt varene, ikke mottatt leveransen,
        ingen svarer, ingen har svart, ikke svart på, ikke fått svar, ikke har svart, venter fortsatt på, fortsatt ikke løst, ikke løst ennå, fortsatt ikke rettet, dårlig service, dårlig support, elendig service, treg support, dårlig kvalitet,
        feilmelding, feilmeldinger, mister forbindelsen, mister tilkoblingen, veldig tregt, ekstremt tregt, eskalert, eskalerer, lekker, lekkasje, synkroniserer ikke, feil tall, bugs, levert feil, mangler i leveransen, ikke kreditert, mangelfull, nedbrudd""",
    Cue.FAULT: "feil, feilen, problem, problemer, problemet, forsinkelse, forsinkelser, forsinket, trøbbel, bug, tregt, treg, driftsproblemer, krøll",
    Cue.HAS_FAULT: "har, opplever, opplevde, melder om, melder, rapporterer, rapporterte, har hatt, det er, med vår, med vårt, med våre, i vårt, i vår, igjen, fortsatt, fremdeles, stadig, får, fikk, ser, fant, funnet, sliter med",
    Cue.ANGER: """rasende, sint, sinte, sur, sure, misfornøyd, misfornøyde, frustrert, frustrerte, irritert, irriterte, skuffet over, skuffede over, truer med å si opp, truer med å bytte, truer med å gå,
        uakseptabelt, mistet tålmodigheten, forbannet, krever kompensasjon, krever erstatning, krever pengene tilbake, ikke fornøyd med, ikke fornøyde med, lei av, kritisk til supporten, oppgitt""",
    Cue.URGENT: "haster, hastesak, akutt, straks, omgående, snarest, så fort som mulig, fortest mulig, kritisk, produksjonen står, alt er nede, alle brukere, truer med å si opp, truer med å bytte, rasende, asap, med en gang, umiddelbart",
    Cue.REPEATED: "igjen, for andre gang, for tredje gang, andre gang, tredje gang, fjerde gang, gjentatte, gjentatte ganger, fortsatt, fremdeles, tredje, fjerde, stadig",
    Cue.RESOLVED: "løst, er løst, ble løst, rettet, er rettet, ble rettet, fikset, er fikset, virker igjen, fungerer igjen, oppe igjen, i orden igjen, glad igjen, fornøyd igjen, avsluttet, ordnet, ordnet opp, refundert, lukket saken",
    Cue.NOT_OURS: "pris, prisen, priser, for dyrt, dyrt, dyr, rabatt, konkurrent, konkurrenten, konkurrenter, konkurrentene, nåværende leverandør, nåværende system, dagens leverandør, dagens system, gamle system, tidligere leverandør, markedet, annen leverandør, eksisterende system, deres eget system, budsjett, budsjettet",
    Cue.INTRODUCTION: """ny kontakt, ny kontaktperson, nye kontaktpersonen, ny kontakt hos, presentere deg for, introdusere deg for, introdusere deg til, introduserer, presenterer, introduserte meg for, introdusert for, ble presentert for, presenterte meg for, presenterte oss for,
        opprett kontakt, opprett som kontakt, lagre nummeret, lagre kontakten, lagre som kontakt, legg til kontakt, legg til som kontakt, legg henne til, legg ham til, legg til henne, legg til ham, legg inn i crm, møtte den nye, møt den nye, møt vår nye, hilste på, hils på,
        ny innkjøpssjef, nye innkjøpssjefen, ny direktør, ny daglig leder, ny cfo, ny ceo, ny cto, ny it-sjef, ny salgssjef, ny økonomisjef, ny prosjektleder, ny innkjøper, ny leder, ny sjef for, ny beslutningstaker, har tatt over etter, tar over etter, tatt over etter, tok over etter, overtar etter, har overtatt, overtok etter,
        etterfølger, erstatter, erstattes av, avløser, avløst av, starter som, startet som, begynt som, begynner som, ny kollega, kontaktinformasjon, kontaktinfo, kontaktdetaljer, visittkort, rette kontakt er, rett person er, riktig person er, riktig kontaktperson er,
        henviste til, henviste meg til, satte meg i kontakt med, satt i kontakt med, nyansatt, nyansatte, tips om kontakt""",
    Cue.NEW: "ny, nye, nytt, nyansatt",
    Cue.ROLE: """cfo, ceo, cto, cio, coo, direktør, direktøren, adm. dir, administrerende direktør, daglig leder, økonomidirektør, finansdirektør, økonomisjef, innkjøpssjef, innkjøpssjefen, innkjøper, innkjøperen, innkjøpsleder, salgssjef, salgsdirektør,
        it-sjef, it-direktør, prosjektleder, driftssjef, markedssjef, hr-sjef, produktsjef, teknisk direktør, teknisk sjef, avdelingsleder, kontorleder, assistent, ingeniør, konsulent, eier, gründer, grunnlegger, partner, logistikksjef, kvalitetssjef, regnskapsfører, controller, leder, sjef, jurist, arkitekt, produksjonssjef, lagersjef""",
    Cue.COMPANY_OF: "hos, fra, i, ved",
    Cue.HONORIFIC: "herr, hr, fru, dr",
    Cue.MUST: """skal, må, bør, vil, husk å, husk, må huske å, ikke glem å, ikke glem, glem ikke å, lovet å, lover å, har lovet å, lovet, har lovet, er nødt til å, nødt til å, planlegger å, har tenkt å, minn meg på å, påminn meg om å, vil at vi skal, vil ha oss til å, ba meg om å, ba oss om å, ba oss, ba meg, har bedt oss om å, har bedt meg om å, ber oss om å,
        avtalte å, avtalt å, sørg for å, sørg for at, sørger for at, sørg for, mangler å, gjenstår å, skylder, skylder dem, skylder ham, skylder henne, tilbød å, tilbød meg å, få, får, ansvar for å, ønsker at vi, krever at vi, regner med at vi, forventer at vi, tok på meg å, kommer til å, trenger at vi""",
    Cue.DUTY: "husk å, må huske å, ikke glem å, glem ikke å, lovet å, har lovet å, er nødt til å, nødt til å, minn meg på å, ba meg om å, ba oss om å, har bedt oss om å, har bedt meg om å, sørg for å, mangler å, tok på meg å, gjenstår å",
    Cue.STATE: "være, ha, vite, vinne, vente, tenke, se, si, høre, forstå, bli, tro, gå, komme, leve, føle, venne, spare",
    Cue.VAGUE: "finne, finn, lag, lage, gjør, gjøre, få, si, fortell, fortelle, gi, ta, les, lese, bytt, snakk, snakke, prate, svar, svare, tilby, kjøp, kjøpe, betal, spør, se på, legg til, legge til, slett, diskuter, diskutere, drøft, drøfte, skriv, skrive, vis, sett, endre, finn ut",
    Cue.MEAL: "lunsj, lunsjen, middag, frokost, kaffe, en kaffe, en kaffekopp, brunsj, en øl, en pils, gjennomgang, besøk, visning, samtale, samtalen, treff",
    Cue.TODO: "todo, to do, to-do, neste steg, neste skritt, oppgave, oppgaver, tiltak, aksjon, aksjonspunkt, action, huskeliste, oppfølging, påminnelse, reminder, plan, avtalt, frist",
    Cue.PROPOSAL: """hadde vært hyggelig å, det ville vært fint å, kunne vært fint å, kan vi, kunne vi, skal vi, la oss, hva med, har du tid til, har dere tid til, har du mulighet for, er du klar for, foreslår, foreslo, foreslått, jeg foreslår, vil du bli med på, vi kunne, inviterte oss til, inviterer oss til, inviterte meg til, invitert til, vil gjerne møtes,
        ønsker å møtes, vil møtes, klar for, med på, vil gjerne ha et, åpne for""",
    Cue.REQUEST: "kan du, kan dere, kunne du, kunne dere, vil du, vil dere, vær så snill å, vær så snill, vennligst, om vi kan, om vi kunne, om jeg kan, om jeg kunne, spurte om vi, spurte om jeg, kan noen",
    Cue.ASKS_FOR: """kan jeg få, kan vi få, kunne vi få, kunne jeg få, får vi, får jeg, sende meg, sende oss, send meg, send oss, sender oss,
        tilsendt""",
    Cue.SAVE: "lagre, noter, legg til, legg inn, skriv ned, opprett",
    Cue.OTHER_THING: "møterom, møterommet, demorom, møtereferat, demomiljø, demokonto, e-postadresse, epostadresse, mailadresse, telefonnummer, telefonnummeret, demoversjon, besøksrapport, møtenotater",
    Cue.NEGATION: "ikke, ingen, ikke noe, intet, aldri, uten, verken, ikke behov for, trenger ikke, ikke nødvendig, i stedet for, takket nei, takker nei, avslo, avslår, avviste, droppet, ikke interessert, unngå, for tidlig å, vil heller, ikke lenger, sa nei, sier nei, la være, ikkje",
    Cue.DONE: "allerede, er sendt, ble sendt, har blitt sendt, har sendt, har ringt, har mailet, er ordnet, er gjort",
    Cue.CANCELLED: "avlyst, avlyses, avlyste, avlys, ble avlyst, kansellert, kanselleres, kanseller, slett, avbestilt, meldt avbud, meldte avbud, utsatt på ubestemt tid, blir ikke noe av, ble ikke noe av, droppet, på vent, lagt på is, bortfaller, falt bort, på pause",
    Cue.CONDITION: "hvis, dersom, med mindre, i tilfelle, ville ha, ville vært, skulle ha, kunne ha, kunne vært, forutsatt, gitt at, ville hatt",
    Cue.PERHAPS: "kanskje, muligens, eventuelt, evt, vurderer, vurderte, vurdert, en dag, en gang, på et tidspunkt, håper, håper på, ikke sikker på, usikker, antagelig, tenker på, nok en gang i tiden",
    Cue.ASKING: "hvem, hva, hvor, når, hvorfor, hvordan, hvilken, hvilket, hvilke, har du, har vi, har noen, har dere, har de, har han, har hun, er det, er vi, ble det, fikk du, fikk vi, skal jeg, hvor mange, hvor mye, hvor ofte, hvor lenge, gjør de, er de, er han, er hun, ringte du, sendte du, blir det, kommer det",
    Cue.AGREED: "avtalt, avtalte, avtale, avtaler, bekreftet, bekreftede, bekrefter, booket, fastsatt, planlagt, flyttet til, utsatt til, flyttes til, skjøvet til, i kalenderen, akseptert, aksepterte, avholdes, holdes, finner sted, invitasjon, invitert, enige om, ble enige om, kommende, satt til, er på plass, passer for dem, starter, satt opp, berammet",
    Cue.INFINITIVE: "å, til å, for å",
    Cue.AND: "og, &, samt, og så, deretter, pluss, og deretter, så",
    Cue.BUT: "men, selv om, fordi, ellers, som, der, mens, ettersom, siden de, hvoretter, at de, at han, at hun",
    Cue.OR: "eller",
    Cue.ABOUT: "om, ang, ang., angående, vedr, vedr., vedrørende, rundt, for å diskutere, for å snakke om, for å høre om, for å drøfte",
    Cue.WITH: "med, m., til, for",
    Cue.MENTIONED: "før, innen, etter, fra, til, under, siden, i forkant av, av, om, i forbindelse med, ved, på, til møtet, referat fra, referatet fra, referat av, agenda til, agendaen til, presentasjon til, invitasjon til, siste, forrige, oppfølging av, basert på, tilbakemelding på, tilbakemelding fra, slides til",
    Cue.PLACE: "i, på, hos, ved, over, via, @",
    Cue.FILLER: "også, så, deretter, bare, lige, hei, ok, nå, først, senere, igjen, dessuten, raskt, nb, ps, obs, viktig, haster, vennligst, internt, personlig, endelig, kjære, og",
}
_VERBS = {
    Cue.MEET: """
        møtes, møte, møt, møtes med, treffes, treffe, treff, besøk, besøke, spis lunsj, spise lunsj, spise middag, drikke kaffe, ta en kaffe, ta en kaffe med, ses, sees, stikke innom, stikk innom, dra innom, komme innom, kom innom, dra til, reise til, prate over en kaffe, snakke over en kaffe, ta en prat over en kaffe, vise demo, holde demo, sette oss ned | møtes, møtes med, møter, treffer, treffes, besøker, ses, spiser lunsj, spiser middag, tar en kaffe, stikker innom, kommer innom, drar til, kommer på besøk | møttes, møtte, møttes med, traff, truffet, besøkte, besøkt, spiste lunsj, spiste middag, drakk kaffe, stakk innom, var på besøk, var innom, holdt møte, var hos
        """,
    Cue.CALL: """
        ring, ringe, ring til, ringe til, ring opp, ringe opp, ring tilbake, ringe tilbake, ring tilbake til, ringe tilbake til, ringes, kontakt, kontakte, kontaktes, ta kontakt med, ta kontakt, få tak i, få fatt i, slå på tråden til, snakke på telefon, snakke på telefon med, ta en telefon til, ta en telefon, ta en ringerunde, følge opp på telefon, følg opp på telefon, prøv å ringe, gi lyd til | ringer, ringer til, ringer opp, ringer tilbake, kontakter, tar kontakt med, tar kontakt | ringte, ringt, ringte til, ringte tilbake, kontaktet, har kontaktet, snakket på telefon, tok kontakt, prøvde å ringe, fikk tak i
        """,
    Cue.MAIL: """
        mail, maile, mailer, epost, skriv til, skrive til, skriv en mail, skrive en mail, skriv en e-post, skrive en e-post, skriv e-post, skriv mail, skrive e-post, send en mail, sende en mail, send mail, sende mail, send e-post, sende e-post, send en e-post, sende en e-post, svar på mail, svar på e-post, følg opp på mail, følg opp på e-post, følge opp på e-post, følg opp med en e-post | mailer, skriver til, skriver en mail, sender en mail, sender en e-post, sender mail, sender e-post | mailet, skrev til, skrev en mail, sendte en mail, sendt en mail, sendte e-post, sendt e-post, sendte en e-post, sendte mail
        """,
    Cue.SEND: """
        send, sende, sendes, videresend, videresende, ettersend, ettersende, oversend, oversende, oversendes, del, dele, lever, levere, send over, sende over | sender, videresender, ettersender, oversender, leverer | sendte, sendt, videresendte, videresendt, leverte, levert, delte, oversendt
        """,
    Cue.WRITE: "skriv, skrive, svar, svare, besvar, besvare, svar på, svare på | skriver, svarer, besvarer | skrev, skrevet, svarte, svart, besvarte",
    Cue.WORK: """
        forbered, forberede, forberedes, klargjør, klargjøre, utarbeid, utarbeide, utarbeides, oppdater, oppdatere, oppdateres, sjekk, sjekke, sjekkes, dobbeltsjekk, dobbeltsjekke, kontroller, kontrollere, bekreft, bekrefte, gå gjennom, gjennomgå, få juridisk til å gå gjennom, ferdigstill, ferdigstille, gjøre ferdig, gjør ferdig, lag, lage, lages, opprett, opprette, bygg, følg opp, følge opp, følges opp, bestill, bestille, bestilles, avklar, avklare, avklares, undersøk, undersøke, undersøkes, finn, finne, finn ut, finne ut, spør, spørre, hør med, høre med, registrer, registrere, beregn, beregne, regn på, regne på, regn ut, verifiser, verifisere, rett, rette, rettes, rett opp, rette opp, juster, justere, signer, signere, underskriv, få godkjent, få godkjenning, saml, samle, samles, last opp, laste opp, oversett, oversette, forhandle, godkjenn, godkjenne, eskaler, eskalere, test, teste, installer, installere, sett opp, sette opp, forleng, forlenge, forny, fornye, fakturer, fakturere, krediter, kreditere, gi tilbud, lag tilbud, lage tilbud, kom tilbake til, komme tilbake til, kom tilbake med, komme tilbake med, kom tilbake, komme tilbake, koordiner, koordinere, purr, purre, purr på, purre på, ta internt, diskuter internt, diskutere internt, snakk med, snakke med, prat med, prate med, ta en prat med, sørg for, informer, informere, gi beskjed, gi beskjed til, orienter, orientere, løs, løse, løses, ordne, ordn, fiks, fikse, håndter, håndtere, ta hånd om, ta tak i, planlegg, planlegge, loggfør, dokumenter, noter, innhent, innhente, hent inn, hente inn, få laget, få sendt, få ordnet, få oppdatert, avslutt, avslutte, revider, revidere, tilpass, tilpasse, beskriv, skisser, vurder, vurdere, inviter, invitere, involver, involvere, skaff, skaffe, se på, kikk på, kikke på, hold øye med, meld tilbake, melde tilbake, be om, skriv ut, legg til, legge til, legg inn, send ut, sende ut, fyll ut, fylle ut, evaluer, kalkuler, reserver, kjøp, aktiver, aktivere, overfør, oppsummer, oppsummere, gjøre, gjør | forbereder, klargjør, utarbeider, oppdaterer, sjekker, kontrollerer, bekrefter, går gjennom, ferdigstiller, lager, oppretter, følger opp, bestiller, avklarer, undersøker, finner, finner ut, spør, hører med, beregner, regner på, retter, justerer, signerer, samler, oversetter, forhandler, godkjenner, tester, installerer, forlenger, fakturerer, krediterer, kommer tilbake til, kommer tilbake med, koordinerer, purrer, snakker med, sørger for, informerer, gir beskjed, orienterer, løser, ordner, fikser, håndterer, tar seg av, tar hånd om, innhenter, henter inn, reviderer, skaffer, ser på, melder tilbake, fyller ut | forberedte, utarbeidet, oppdaterte, oppdatert, sjekket, bekreftet, gikk gjennom, ferdigstilte, laget, opprettet, fulgte opp, fulgt opp, bestilte, bestilt, avklarte, avklart, undersøkte, fant, spurte, beregnet, signerte, signert, samlet, oversatte, forhandlet, godkjente, godkjent, testet, installerte, forlenget, fornyet, krediterte, kom tilbake, koordinerte, purret, diskuterte, snakket med, pratet med, informerte, løste, håndterte, planla, innhentet
        """,
    Cue.ARRANGE: """
        book, booke, bookes, avtal, avtale, avtales, arranger, arrangere, planlegg, planlegge, planlegges, sett opp, sette opp, settes opp, finn en tid, finne en tid, finn tid til, finne tid til, finn tidspunkt for, finne tidspunkt for, finn en dato for, finne en dato for, kall inn til, kalle inn til, innkall til, innkalle til, inviter til, invitere til, inviter dem til, legg i kalenderen, legge i kalenderen, flytt, flytte, flyttes, utsett, utsette, skyv, foreslå, reserver, reservere, send invitasjon til, sende invitasjon til, send innkalling til, sende innkalling til, få booket, få avtalt, få satt opp, fastsett, organiser, organisere, bekreft, bekrefte, tilby, ombook, få i stand, få til | booker, avtaler, arrangerer, planlegger, setter opp, kaller inn til, inviterer til, flytter, utsetter, foreslår | 
        """,
    Cue.TALK: "snakk, snakke, prat, prate, diskuter, diskutere, drøft, drøfte, snakkes | snakker, prater, diskuterer, drøfter, snakkes | snakket, pratet, diskuterte, diskutert, drøftet",
    Cue.LIGHT: "hold, holde, ta, tar, ha, avhold, avholde, delta i, delta på, gå på, spise, spis, drikke, gjennomfør, gjennomføre, kjøre, kjør, få til | holder, tar, har, avholder, deltar i, deltar på, spiser, kjører | holdt, tok, hadde, hatt, avholdt, deltok i, deltok på, spiste, kjørte, gjennomførte",
    Cue.WANT: "få tilsendt, be om, ønske, etterspørre, kreve, ha behov for | ønsker, ønsker seg, vil gjerne ha, vil ha, vil gjerne se, vil gjerne høre, vil se, vil gjerne, ville gjerne, ville gjerne ha, ville gjerne se, etterspør, ber om, trenger, har behov for, mangler, krever, er interessert i, er interesserte i, interessert i, savner, venter på, spør etter, spør om, skal ha, vil gjerne få, vil gjerne motta | ba om, bedt om, har bedt om, etterspurte, etterspurt, ønsket, ønsket seg, spurte etter, spurt etter, forespurte, trengte, spurte om å få",
}
_ENDINGS = {
    Cue.MEETING: "møte, møtet, demo, demoen, besøk, besøket, lunsj, workshop, workshopen, middag",
    Cue.PHONE: "telefonmøte, telefonmøtet, telefonsamtale, oppringning",
    Cue.CONTENT: "dokumentasjon, dokumentasjonen, datablad, prisliste, prislisten, brosjyre, brosjyrer, katalog, katalogen, materiell, sertifikat, manual, veiledning, oversikt, kundehistorie, casestudie",
    Cue.TROUBLE: "nedetid, klage, klager, driftsstans",
    Cue.ROLE: "direktør, direktøren, sjef, sjefen, leder, lederen, ansvarlig",
}
LEXICON = build("nb", _PHRASES, _VERBS, endings=_ENDINGS, present_is_plan=True)
