// The list of users in Traditional Chinese.

export default {};
