using System.Runtime.CompilerServices;

namespace Strata.Core.Tasks;

/// <summary>
/// For async methods on the way of every run that return a class: <c>[AsyncMethodBuilder(typeof(PrecompiledTaskBuilder&lt;&gt;))]</c>. The framework's own builder is
/// not compiled ahead for those, and costs six methods to compile at each start; this one runs them as methods without a result. Otherwise the same.
/// </summary>
public struct PrecompiledTaskBuilder<T>
{
    private AsyncTaskMethodBuilder _builder;
    private TaskCompletionSource<T> _result;

    public readonly Task<T> Task => _result.Task;

#pragma warning disable CA1000 // the language asks for it
    public static PrecompiledTaskBuilder<T> Create() => new()
    {
        _builder = AsyncTaskMethodBuilder.Create(),
        _result = new(), // made before the method is copied to the heap: both copies have it
    };
#pragma warning restore CA1000

    public void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => _builder.Start(ref machine);

    public void SetStateMachine(IAsyncStateMachine machine) => _builder.SetStateMachine(machine);

    public void SetResult(T result)
    {
        _builder.SetResult();
        _result.SetResult(result);
    }

    public void SetException(Exception exception)
    {
        _builder.SetResult(); // what is thrown is the result's
        if (exception is OperationCanceledException cancelled)
        {
            _result.SetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _result.SetException(exception);
        }
    }

    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref machine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref machine);
}
