using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>Reads <c>failures[conf,replica] = trigger(client,msgno),failure(); …</c>, each pair with <c>never</c> behind it when it must not happen.</summary>
internal static class FailureSyntax
{
    private const int NumberMax = 1_000_000;
    private const int SecondsMax = 3600;
    private const int CountMax = 100;

    public static ImmutableArray<ScriptedFailure> Read(LineCursor line)
    {
        line.Take("[");
        var configuration = line.TakeNumber("a configuration's number", 0, NumberMax);
        line.Take(",");
        var replica = line.TakeNumber("a replica's number", 0, GroupConfig.ReplicasMax - 1);
        line.Take("]");
        line.Take("=");
        var failures = ImmutableArray.CreateBuilder<ScriptedFailure>();
        do
        {
            failures.Add(Pair(line, configuration, replica));
        }
        while (line.TryTake(";") && !line.IsAtEnd);
        if (!line.IsAtEnd) throw line.Expected("';' and another pair, or the end of the line");
        return failures.ToImmutable();
    }

    private static ScriptedFailure Pair(LineCursor line, int configuration, int replica)
    {
        var start = line.Position;
        var (trigger, client, message) = Trigger(line);
        line.Take(",");
        var (failure, argument) = Failure(line);
        return new ScriptedFailure
        {
            Line = line.Line,
            Column = start + 1,
            Configuration = configuration,
            Replica = replica,
            Trigger = trigger.Kind,
            Client = client,
            Message = message,
            Kind = failure.Kind,
            Argument = argument,
            Text = line.Since(start),
            Never = line.TryTake("never"),
        };
    }

    private static (TriggerWord Trigger, int Client, int Message) Trigger(LineCursor line)
    {
        var start = line.Position;
        var name = line.TakeName("a trigger");
        var trigger = ScenarioWords.Triggers.FirstOrDefault(word => word.Name == name)
            ?? throw line.Problem(start, $"'{name}' is no trigger. There are {string.Join(", ", ScenarioWords.Triggers.Select(word => word.Name))}.");
        line.Take("(");
        var client = trigger.HasClient
            ? line.TakeNumber("a client's number, or -1 for any", ScriptedFailure.AnyClient, ScenarioRules.ClientsMax - 1)
            : line.TakeNumber($"-1, because no client is behind {name}", ScriptedFailure.AnyClient, ScriptedFailure.AnyClient);
        line.Take(",");
        var message = line.TakeNumber("which message it is", 1, NumberMax);
        line.Take(")");
        return (trigger, client, message);
    }

    private static (FailureWord Failure, decimal Argument) Failure(LineCursor line)
    {
        var start = line.Position;
        var name = line.TakeName("a failure");
        var failure = ScenarioWords.Failures.FirstOrDefault(word => word.Name == name)
            ?? throw line.Problem(start, $"'{name}' is no failure. There are {string.Join(", ", ScenarioWords.Failures.Select(word => word.Name))}.");
        line.Take("(");
        var argument = Argument(line, failure);
        line.Take(")");
        return (failure, argument);
    }

    private static decimal Argument(LineCursor line, FailureWord failure)
    {
        if (failure.Argument.Length == 0) return 0;
        if (failure.Default is { } otherwise && line.TryPeek(")")) return otherwise;
        return failure.IsTime ? line.TakeDecimal(failure.Argument, failure.Least, SecondsMax) : line.TakeNumber(failure.Argument, (int)failure.Least, CountMax);
    }
}
