namespace KvStore.Replication.Setup;

/// <summary>The JSON of the mark that a node has run, and of the leave to run for the first time.</summary>
/// <param name="Format">Its name and version.</param>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="PublicKey">The node's key.</param>
internal sealed record StartedJson(string Format, string Cluster, string PublicKey);
