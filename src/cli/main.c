#include "cli/command.h"
#include "intake/reader_child.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const Command commands[] = {
    {"init", M_CMD_INIT, cmd_init},
    {"serve", M_CMD_SERVE, cmd_serve},
    {"import", M_CMD_IMPORT, cmd_import},
    {"export", M_CMD_EXPORT, cmd_export},
    {"table", M_CMD_TABLE, cmd_table},
    {"check-domain", M_CMD_CHECK, cmd_check_domain},
    {"migrate", M_CMD_MIGRATE, cmd_migrate},
    {"audit", M_CMD_AUDIT, cmd_audit},
    {"scrub", M_CMD_SCRUB, cmd_scrub},
    {"security", M_CMD_SECURITY, cmd_security},
    {"rebuild", M_CMD_REBUILD, cmd_rebuild},
    {"user", M_CMD_USER, cmd_user},
    {"erase", M_CMD_ERASE, cmd_erase},
    {"retention", M_CMD_RETENTION, cmd_retention},
    {"second-factor", M_CMD_SECOND_FACTOR, cmd_second_factor},
    {"key", M_CMD_KEY, cmd_key},
    {"practice", M_CMD_PRACTICE, cmd_practice},
    {"clock", M_CMD_CLOCK, cmd_clock},
    {"backup", M_CMD_BACKUP, cmd_backup},
    {"restore", M_CMD_RESTORE, cmd_restore},
    {"audit-role", M_CMD_AUDIT_ROLE, cmd_audit_role},
    {"match", M_CMD_MATCH, cmd_match},
    {"passwords", M_CMD_PASSWORDS, cmd_passwords},
};
enum { COMMANDS = COUNT(commands) };

static const struct {
    const char *name;
    size_t offset; /* of the const char * in Cli */
} text_options[] = {{"data", offsetof(Cli, data)},
                    {"domain", offsetof(Cli, domain)},
                    {"as", offsetof(Cli, as)},
                    {"format", offsetof(Cli, format)},
                    {"period", offsetof(Cli, period)},
                    {"audience", offsetof(Cli, audience)},
                    {"profile", offsetof(Cli, profile)},
                    {"port", offsetof(Cli, port)},
                    {"zone", offsetof(Cli, zone)},
                    {"register", offsetof(Cli, register_name)},
                    {"rows", offsetof(Cli, rows)},
                    {"columns", offsetof(Cli, columns)},
                    {"institution", offsetof(Cli, institution)},
                    {"login", offsetof(Cli, login)},
                    {"name", offsetof(Cli, name)},
                    {"roles", offsetof(Cli, roles)},
                    {"key", offsetof(Cli, key)},
                    {"out", offsetof(Cli, out)},
                    {"settings", offsetof(Cli, settings)},
                    {"threads", offsetof(Cli, threads)},
                    {"passphrase-file", offsetof(Cli, passphrase_file)},
                    {"seed", offsetof(Cli, seed)},
                    {"seal-to", offsetof(Cli, seal_to)},
                    {"pair", offsetof(Cli, pair)},
                    {"rules", offsetof(Cli, rules)},
                    {"names", offsetof(Cli, names)},
                    {"listen", offsetof(Cli, listen)},
                    {"tls", offsetof(Cli, tls)},
                    {"tls-key", offsetof(Cli, tls_key)},
                    {"redirect", offsetof(Cli, redirect)},
                    {"index", offsetof(Cli, index)},
                    {"socket", offsetof(Cli, socket)},
                    {"records", offsetof(Cli, records)}};
enum { TEXT_OPTIONS = COUNT(text_options) };

static const struct {
    const char *name;
    size_t offset; /* of the bool in Cli */
} flag_options[] = {{"practice", offsetof(Cli, practice)}, {"dry-run", offsetof(Cli, dry_run)},
                    {"plan", offsetof(Cli, plan)},         {"empty", offsetof(Cli, empty)},
                    {"check", offsetof(Cli, check)},       {"with-key", offsetof(Cli, with_key)},
                    {"unique", offsetof(Cli, unique)}};
enum { FLAG_OPTIONS = COUNT(flag_options) };

enum { OPT_LANG = 1000, OPT_HELP };

/* The next line of a help text: " | sigap" begins one, while "a | b" is a choice within it. */
static bool help_line(Str *rest, Str *ret_line)
{
    size_t end = 0;
    if (str_empty(*rest))
        return false;
    while (end < rest->len && !str_starts((Str){rest->ptr + end, rest->len - end}, S("| sigap ")))
        end++;
    *ret_line = str_trim((Str){rest->ptr, end});
    *rest = end < rest->len ? (Str){rest->ptr + end + 1, rest->len - end - 1} : STR_NONE;
    return true;
}

static void print_help(const Cli *cli, const Command *only)
{
    if (!only)
        printf("%s\n\n", tr(cli->lang, M_HELP_HEAD).ptr);
    for (size_t i = 0; i < COMMANDS; i++) {
        Str text = tr(cli->lang, commands[i].help), line;
        if (only && only != &commands[i])
            continue;
        for (bool first = true; help_line(&text, &line); first = false)
            printf("%s%.*s\n", first ? "" : "    ", STR_ARG(line));
    }
    if (!only)
        printf("\n%s\n", tr(cli->lang, M_HELP_OPTIONS).ptr);
}

static Err read_options(Cli *cli, int argc, char **argv, bool *ret_help)
{
    struct option options[TEXT_OPTIONS + FLAG_OPTIONS + 3] = {0};
    for (int i = 0; i < TEXT_OPTIONS; i++)
        options[i] = (struct option){text_options[i].name, required_argument, NULL, i + 1};
    for (int i = 0; i < FLAG_OPTIONS; i++)
        options[TEXT_OPTIONS + i] =
            (struct option){flag_options[i].name, no_argument, NULL, 500 + i};
    options[TEXT_OPTIONS + FLAG_OPTIONS] =
        (struct option){"lang", required_argument, NULL, OPT_LANG};
    options[TEXT_OPTIONS + FLAG_OPTIONS + 1] = (struct option){"help", no_argument, NULL, OPT_HELP};
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == '?')
            return E_USAGE;
        if (o == OPT_HELP)
            *ret_help = true;
        else if (o == OPT_LANG)
            cli->lang = lang_of(str_of(optarg));
        else if (o >= 500)
            *(bool *)((char *)cli + flag_options[o - 500].offset) = true;
        else if (o <= TEXT_OPTIONS)
            *(const char **)((char *)cli + text_options[o - 1].offset) = optarg;
    }
    cli->argc = argc - optind;
    cli->argv = argv + optind;
    return ERR_OK;
}

static const Command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* `sigap help [COMMAND]`, also with --lang. */
static int run_help(Cli *cli, int argc, char **argv)
{
    bool help = false;
    if (read_options(cli, argc, argv, &help) != ERR_OK)
        return err_exit(E_USAGE);
    print_help(cli, cli->argc ? find_command(cli->argv[cli->argc - 1]) : NULL);
    return 0;
}

static int run_command(Cli *cli, const Command *c, int argc, char **argv)
{
    bool help = false;
    Err e = read_options(cli, argc, argv, &help);
    if (help) {
        print_help(cli, c);
        return 0;
    }
    if (e == ERR_OK)
        e = c->run(cli);
    cli_close(cli);
    if (e != ERR_OK)
        fprintf(stderr, "sigap %s: %s\n", c->name, tr(cli->lang, msg_of_err(e)).ptr);
    return err_exit(e);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "urai") == 0)
        return reader_child_main(argc, argv);
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0); /* nor may another process of this user look into its memory */
    umask(077);                /* databases, logs and exports are nobody else's */
    Cli cli = {.arena = arena_new(SIZE_MAX),
               .data = "data",
               .lang = lang_of(str_of(getenv("SIGAP_LANG")))};
    const Command *c = argc > 1 ? find_command(argv[1]) : NULL;
    bool asks_help = argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0;
    int status = err_exit(E_USAGE);
    if (c)
        status = run_command(&cli, c, argc - 1, argv + 1);
    else if (asks_help)
        status = run_help(&cli, argc, argv);
    else
        fprintf(stderr, "sigap: %s\n", tr(cli.lang, M_E_USAGE).ptr);
    arena_free(cli.arena);
    return status;
}
