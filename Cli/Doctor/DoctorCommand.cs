using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using KvStore.Cli.Nodes;
using KvStore.Replication.Setup;
using Spectre.Console;

namespace KvStore.Cli.Doctor;

/// <summary><c>kv doctor</c>: what is wrong with a node, or soon will be.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var settings = NodeCommand.SettingOptions();
        var output = CommonOptions.OutputOf("table", "How to print it: table or json.", "table", "json");
        var command = new Command(
            "doctor",
            "Examines a node, running or not, and says what to do: its settings, key and genesis, its data and disk, its ports, the clock, and whether the other nodes can be reached. "
            + "Ends with 1 when there is a problem; warnings alone end with 0.")
        {
            directory, output,
        };
        foreach (var option in settings.Values) command.Options.Add(option);
        command.Example("kv doctor --dir pool/node0", "kv doctor --dir pool/node0 -o json");
        command.SetAction(async (parsed, cancel) =>
        {
            var findings = await ExamineAsync(() => NodeCommand.ConfigOf(parsed, directory, settings, terminal), cancel);
            var problems = findings.Count(finding => finding.Level == Level.Problem);
            var json = new FindingsJson(findings, findings.Count(finding => finding.Level == Level.Warning), problems);
            await (parsed.GetValue(output) == "json" ? terminal.WriteLineAsync(JsonSerializer.Serialize(json, DoctorJson.Default.FindingsJson)) : terminal.WriteAsync(Table(findings)));
            if (problems > 0) throw new Failure(ExitCodes.Error, $"{problems} problem{(problems == 1 ? "" : "s")}.", "What to do is said with each; docs/operations.md has more.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(Func<NodeConfig> read, CancellationToken cancel)
    {
        NodeConfig config;
        try
        {
            config = read();
        }
        catch (SetupException wrong)
        {
            return [Finding.Of("settings", wrong)];
        }

        var findings = new List<Finding> { Finding.Ok("settings", $"Read from {Path.Combine(config.Directory, NodeConfig.FileName)}; 'kv node config' prints them.") };
        findings.AddRange(SetupChecks.Of(config, out var setup));
        if (setup is null) return findings;
        using var opened = setup;
        var holder = DiskChecks.HolderOf(setup);
        findings.AddRange(DiskChecks.Of(setup, holder));
        findings.AddRange(PortChecks.Of(setup, holder));
        findings.AddRange(NodeChecks.Of(setup.Document.Genesis, setup.Self.Index, holder is not null, await NodeSight.LookAsync(setup, cancel), Version()));
        return findings;
    }

    private static Table Table(IReadOnlyList<Finding> findings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "check", "what was found, and what to do");
        foreach (var finding in findings)
        {
            table.AddRow(LevelOf(finding.Level), new Text(finding.Check), new Text(finding.Advice is { } advice ? $"{finding.Text}\n→ {advice}" : finding.Text));
        }

        return table;
    }

    private static Text LevelOf(Level level) => level switch
    {
        Level.Ok => new Text("ok", new Style(Color.Green)),
        Level.Warning => new Text("warning", new Style(Color.Yellow)),
        _ => new Text("problem", new Style(Color.Red)),
    };

    private static string Version() => typeof(DoctorCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
