namespace KvStore.Cli.Bench.Plotting;

/// <summary>One line of a plot.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Color">Its colour, as SVG has it.</param>
/// <param name="Values">One for each moment.</param>
internal sealed record Series(string Name, string Color, IReadOnlyList<double> Values);

/// <summary>One of the plots that stand below each other, with a scale of its own.</summary>
/// <param name="Title">What it shows, with the unit.</param>
/// <param name="Series">Its lines.</param>
internal sealed record Panel(string Title, IReadOnlyList<Series> Series);
