using System.Text;

namespace KvStore.Cli.Completion;

/// <summary>Writes what can follow each command as scripts of shells. They ask nothing of the program, so that a key press takes no time.</summary>
internal static class CompletionScripts
{
    /// <summary>For bash.</summary>
    public static string Bash(IEnumerable<CompletionWords> commands) => $$"""
        # Completion of kv for bash: source <(kv completion bash)
        _kv() {
            local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" path="" i
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "$path ${COMP_WORDS[i]}" in
        {{Paths(commands, "            ")}}
                esac
            done
            local words=""
            case "$path:$before" in
        {{Values(commands, path => $"            {path}) words=", ";;")}}
                *) case "$path" in
        {{Words(commands, "                ")}}
                esac ;;
            esac
            COMPREPLY=($(compgen -W "$words" -- "$word"))
        }
        complete -o default -F _kv kv
        """;

    /// <summary>For zsh.</summary>
    public static string Zsh(IEnumerable<CompletionWords> commands) => $$"""
        # Completion of kv for zsh: source <(kv completion zsh)
        _kv() {
            local before="${words[CURRENT-1]}" path_="" choices="" i
            for ((i = 2; i < CURRENT; i++)); do
                case "$path_ ${words[i]}" in
        {{Paths(commands, "            ").Replace("path=", "path_=", StringComparison.Ordinal)}}
                esac
            done
            case "$path_:$before" in
        {{Values(commands, path => $"            {path}) choices=", ";;")}}
                *) case "$path_" in
        {{Words(commands, "                ").Replace("words=", "choices=", StringComparison.Ordinal)}}
                esac ;;
            esac
            compadd -- ${=choices}
            [[ -n "$choices" && "${words[CURRENT]}" == -* ]] || _files
        }
        compdef _kv kv
        """;

    /// <summary>For fish.</summary>
    public static string Fish(IEnumerable<CompletionWords> commands)
    {
        var script = new StringBuilder("# Completion of kv for fish: kv completion fish | source\n");
        foreach (var command in commands)
        {
            var names = command.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var seen = string.Join("; and ", names.Select(name => $"__fish_seen_subcommand_from {name}"));
            var condition = names.Length == 0 ? "__fish_use_subcommand" : seen;
            foreach (var word in command.Commands) script.Append($"complete -c kv -f -n '{condition}' -a {word.Text} -d '{Quoted(word.Meaning)}'\n");
            foreach (var option in command.Options)
            {
                var values = command.Values.TryGetValue(option.Text, out var few) ? $" -x -a '{string.Join(' ', few)}'" : "";
                script.Append($"complete -c kv -n '{condition}' -l {option.Text[2..]} -d '{Quoted(option.Meaning)}'{values}\n");
            }

            if (command.Values.TryGetValue("", out var arguments)) script.Append($"complete -c kv -f -n '{condition}' -a '{string.Join(' ', arguments)}'\n");
        }

        return script.ToString().TrimEnd();
    }

    // A word that names a command under the one so far goes one down.
    private static string Paths(IEnumerable<CompletionWords> commands, string indent) => string.Join('\n', commands.Where(command => command.Path.Length > 0)
        .Select(command => $"{indent}\"{Parent(command.Path)} {command.Path.Split(' ')[^1]}\") path=\"{command.Path}\" ;;"));

    private static string Parent(string path) => path.LastIndexOf(' ') is var last and >= 0 ? path[..last] : "";

    private static string Values(IEnumerable<CompletionWords> commands, Func<string, string> assignment, string end) => string.Join('\n',
        from command in commands
        from option in command.Values
        where option.Key.Length > 0
        select $"{assignment($"\"{command.Path}:{option.Key}\"")}\"{string.Join(' ', option.Value)}\" {end}");

    private static string Words(IEnumerable<CompletionWords> commands, string indent) => string.Join('\n', commands.Select(command =>
    {
        IEnumerable<string> words = command.Commands.Select(word => word.Text).Concat(command.Options.Select(word => word.Text));
        if (command.Values.TryGetValue("", out var arguments)) words = words.Concat(arguments);
        return $"{indent}\"{command.Path}\") words=\"{string.Join(' ', words)}\" ;;";
    }));

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
